//! The scan of one file: every token, with what stands before and behind it.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenTree};

use super::rules::{ATTRIBUTES, KEYWORDS, LIBRARY_MACROS, Part, forbidden, library};
use super::{Checked, Finding, VIOLATIONS_MAX};

/// The deepest nesting of brackets that is followed.
const DEPTH_MAX: usize = 200;

/// What the tokens of one level are.
#[derive(Clone, Copy)]
pub(super) enum Within<'a> {
    /// The items of a module, outside every macro; with the names of the inline modules around it.
    Module(&'a [String]),
    /// Anything else.
    Code,
    /// What is handed to one of the submission's own macros, which may take it apart.
    OwnMacro,
}

/// Scans one file.
pub(super) struct Scan<'a> {
    file: &'a str,
    checked: Checked,
}

impl<'a> Scan<'a> {
    /// Nothing yet.
    pub(super) fn new(file: &'a str) -> Self {
        Self { file, checked: Checked::default() }
    }

    /// What was found.
    pub(super) fn finish(self) -> Checked {
        self.checked
    }

    /// Scans one level of tokens.
    pub(super) fn tokens(&mut self, tokens: &[TokenTree], within: Within<'_>, depth: usize) {
        if depth > DEPTH_MAX {
            if let Some(token) = tokens.first() {
                self.violation(
                    token.span(),
                    "nesting",
                    "brackets are nested too deeply".to_owned(),
                );
            }
            return;
        }
        let mut tests = false; // whether the item that begins here has `#[cfg(test)]`
        let mut place = 0;
        while let Some(token) = tokens.get(place) {
            let mut next = place + 1;
            match token {
                TokenTree::Ident(_) if is_lifetime(tokens, place) => {}
                TokenTree::Ident(_) => {
                    let name = name_at(tokens, place).expect("it is an identifier");
                    if name == "mod"
                        && let Within::Module(module) = within
                        && let Some(child) = name_at(tokens, place + 1)
                    {
                        let path: Vec<String> = module.iter().cloned().chain([child]).collect();
                        match tokens.get(place + 2) {
                            Some(TokenTree::Group(body))
                                if body.delimiter() == Delimiter::Brace =>
                            {
                                if !tests {
                                    self.group(body, Within::Module(&path), depth);
                                }
                                next = place + 3;
                            }
                            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => {
                                if !tests {
                                    self.checked.modules.push(path);
                                }
                                next = place + 3;
                            }
                            _ => {}
                        }
                    }
                    self.name(tokens, place, &name, within);
                    if name != "pub" {
                        tests = false;
                    }
                }
                TokenTree::Group(group) => {
                    // `pub(crate)` stands between an attribute and its item.
                    if group.delimiter() != Delimiter::Parenthesis {
                        tests = false;
                    }
                    self.group(group, inside(tokens, place, within), depth);
                }
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = usize::from(is_punct(tokens, place + 1, '!'));
                    if let Some(TokenTree::Group(group)) = tokens.get(place + 1 + inner)
                        && group.delimiter() == Delimiter::Bracket
                    {
                        let content: Vec<_> = group.stream().into_iter().collect();
                        let test = self.attribute(&content, group.span());
                        tests |= test && inner == 0 && matches!(within, Within::Module(_));
                        self.tokens(&content, inside(&[], 0, within), depth + 1);
                        next = place + 2 + inner;
                    }
                }
                TokenTree::Punct(_) => {
                    tests = false;
                    self.path_in_macro(tokens, place);
                }
                TokenTree::Literal(_) => tests = false,
            }
            place = next;
        }
    }

    fn group(&mut self, group: &Group, within: Within<'_>, depth: usize) {
        self.tokens(&group.stream().into_iter().collect::<Vec<_>>(), within, depth + 1);
    }

    fn name(&mut self, tokens: &[TokenTree], place: usize, name: &str, within: Within<'_>) {
        let span = tokens[place].span();
        let before =
            |distance| place.checked_sub(distance).and_then(|place| name_at(tokens, place));
        if LIBRARY_MACROS.contains(&name)
            && (before(1).as_deref() == Some("as") || before(2).as_deref() == Some("macro_rules"))
        {
            let text = format!("a macro of your own is not called `{name}`, as the library's is");
            self.violation(span, "macros", text);
        }
        if let Some((rule, text)) = forbidden(name) {
            self.violation(span, rule, format!("{text} (`{name}`)"));
        }
        match name {
            "std" | "core" | "harness" if matches!(within, Within::OwnMacro) => {
                let text = format!(
                    "a path of `{name}` is not handed to a macro of your own, which could take it \
                     apart: import what you need with `use` and hand over its name"
                );
                self.violation(span, "macros", text);
            }
            "static" if name_at(tokens, place + 1).as_deref() == Some("mut") => {
                let text = "`static mut` needs `unsafe`: make it a field of the solution's type, of \
                            an atomic type from harness::prelude";
                self.violation(span, "unsafe", text.to_owned());
            }
            "std" | "core" if is_path(tokens, place + 1) => {
                self.library(&mut Vec::new(), &tokens[place + 3..], span, name);
            }
            "harness" if is_path(tokens, place + 1) => self.harness(&tokens[place + 3..], span),
            "std" | "core" | "harness" => {
                let text = format!(
                    "`{name}` on its own is not accepted: write the full path where you use it, or \
                     choose another name if it is yours"
                );
                self.violation(span, "library", text);
            }
            _ => {}
        }
    }

    /// Checks what follows `std::`: a path, or a tree of them in a `use`.
    fn library(
        &mut self,
        path: &mut Vec<String>,
        rest: &[TokenTree],
        root: Span,
        crate_name: &str,
    ) {
        match rest.first() {
            Some(TokenTree::Ident(ident)) => {
                path.push(name_at(rest, 0).expect("it is an identifier"));
                let parts: Vec<&str> = path.iter().map(String::as_str).collect();
                let full = format!("{crate_name}::{}", parts.join("::"));
                let is_macro = is_punct(rest, 1, '!') && !is_punct(rest, 2, '=');
                let allowed_macro =
                    is_macro && parts.len() == 1 && LIBRARY_MACROS.contains(&parts[0]);
                match library(&parts) {
                    _ if allowed_macro => {}
                    Part::All => {}
                    Part::Inside if is_path(rest, 1) => {
                        self.library(path, &rest[3..], ident.span(), crate_name);
                    }
                    Part::Inside => {
                        let text = format!(
                            "`{full}` as a whole is not accepted, only some things in it: write the \
                             full path of the one that you use"
                        );
                        self.violation(ident.span(), "library", text);
                    }
                    Part::None(why) => {
                        self.violation(ident.span(), "library", format!("`{full}`: {why}"));
                    }
                }
                path.pop();
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
                    self.library(path, tree, group.span(), crate_name);
                }
            }
            other => {
                let mut full = crate_name.to_owned();
                for part in path.iter() {
                    full.push_str("::");
                    full.push_str(part);
                }
                let text = format!(
                    "everything of `{full}` at once is not accepted: name what you use, one by one"
                );
                self.violation(other.map_or(root, TokenTree::span), "library", text);
            }
        }
    }

    /// Checks what follows `harness::`: `prelude` or `os`, perhaps inside braces.
    fn harness(&mut self, rest: &[TokenTree], root: Span) {
        match rest.first() {
            Some(TokenTree::Ident(_))
                if matches!(name_at(rest, 0).as_deref(), Some("prelude" | "os")) => {}
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
                    self.harness(tree, group.span());
                }
            }
            other => {
                let text =
                    "of the harness, a solution uses `harness::prelude` and `harness::os` only";
                self.violation(other.map_or(root, TokenTree::span), "harness", text.to_owned());
            }
        }
    }

    /// Checks an attribute's content; says whether it is `cfg(test)`.
    fn attribute(&mut self, content: &[TokenTree], span: Span) -> bool {
        let name = name_at(content, 0).unwrap_or_default();
        if forbidden(&name).is_some() {
            return false; // said already, or about to be
        }
        if !ATTRIBUTES.contains(&name.as_str()) {
            let text = format!("the attribute `{name}` is not on the list of those accepted");
            self.violation(span, "attributes", text);
            return false;
        }
        let arguments: Vec<TokenTree> = match content.get(1) {
            Some(TokenTree::Group(group)) => group.stream().into_iter().collect(),
            _ => Vec::new(),
        };
        if name == "cfg" {
            let only_test =
                arguments.len() == 1 && name_at(&arguments, 0).as_deref() == Some("test");
            if !only_test {
                let text = "of `cfg`, only `#[cfg(test)]` is accepted: the code that is graded is \
                            the code that stands there";
                self.violation(span, "attributes", text.to_owned());
            }
            return only_test;
        }
        let names = (0..arguments.len()).filter_map(|place| name_at(&arguments, place));
        if names.into_iter().any(|name| name == "unsafe_code") {
            let text = "the lint `unsafe_code` is not yours to set: `unsafe` is not accepted";
            self.violation(span, "attributes", text.to_owned());
        }
        false
    }

    /// Refuses paths that a macro could assemble from pieces: `$x::y`, `$($x)::*`, and paths from
    /// the root other than the library's and the harness's.
    fn path_in_macro(&mut self, tokens: &[TokenTree], place: usize) {
        if !is_path(tokens, place) {
            return;
        }
        let before = place.checked_sub(1).and_then(|place| tokens.get(place));
        let dollar = place >= 2 && is_punct(tokens, place - 2, '$');
        let span = tokens[place].span();
        match before {
            Some(TokenTree::Ident(_)) if dollar => {
                if name_at(tokens, place - 1).as_deref() != Some("crate") {
                    let text = "a macro must not assemble a path (`$name::…`): write the path out";
                    self.violation(span, "macros", text.to_owned());
                }
            }
            Some(TokenTree::Group(_)) if dollar => {
                let text = "a macro must not assemble a path (`$(…)::*`): write the path out";
                self.violation(span, "macros", text.to_owned());
            }
            Some(TokenTree::Ident(_)) => {
                let word = name_at(tokens, place - 1).expect("it is an identifier");
                if KEYWORDS.contains(&word.as_str()) {
                    self.path_from_root(tokens, place);
                }
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {}
            _ => self.path_from_root(tokens, place),
        }
    }

    fn path_from_root(&mut self, tokens: &[TokenTree], place: usize) {
        let root = name_at(tokens, place + 2);
        if !root.as_deref().is_some_and(|root| ["std", "core", "harness"].contains(&root)) {
            let text = "a path from the root (`::name`) is not accepted: write it without the `::`";
            self.violation(tokens[place].span(), "library", text.to_owned());
        }
    }

    fn violation(&mut self, span: Span, rule: &'static str, text: String) {
        let place = span.start();
        self.violation_at(place.line, place.column + 1, rule, text);
    }

    /// Something breaks the policy at this line and column.
    pub(super) fn violation_at(
        &mut self,
        line: usize,
        column: usize,
        rule: &'static str,
        text: String,
    ) {
        let line = u32::try_from(line).ok();
        let violations = &mut self.checked.violations;
        if let Some(same) = violations.iter_mut().find(|v| v.rule == rule && v.text == text) {
            let last = same.also.last().copied().or(same.line);
            if last < line {
                same.also.extend(line);
            }
        } else if violations.len() < VIOLATIONS_MAX {
            let (file, column) = (self.file.to_owned(), u32::try_from(column).ok());
            violations.push(Finding { file, line, column, rule, text, also: Vec::new() });
        }
    }
}

/// What the group at `place` is.
fn inside<'a>(tokens: &[TokenTree], place: usize, within: Within<'a>) -> Within<'a> {
    if matches!(within, Within::OwnMacro) {
        return within;
    }
    let called = place.checked_sub(2).filter(|_| is_punct(tokens, place - 1, '!'));
    match called.and_then(|called| name_at(tokens, called)) {
        Some(name) if KEYWORDS.contains(&name.as_str()) => Within::Code,
        Some(name) if !LIBRARY_MACROS.contains(&name.as_str()) => Within::OwnMacro,
        _ => Within::Code,
    }
}

/// The identifier at `place`, without `r#`.
fn name_at(tokens: &[TokenTree], place: usize) -> Option<String> {
    match tokens.get(place) {
        Some(TokenTree::Ident(ident)) => {
            let name = ident.to_string();
            Some(name.strip_prefix("r#").map_or(name.clone(), ToOwned::to_owned))
        }
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], place: usize, char: char) -> bool {
    matches!(tokens.get(place), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// Whether `::` stands at `place`.
fn is_path(tokens: &[TokenTree], place: usize) -> bool {
    matches!(
        tokens.get(place),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint
    ) && is_punct(tokens, place + 1, ':')
}

fn is_lifetime(tokens: &[TokenTree], place: usize) -> bool {
    place.checked_sub(1).is_some_and(|before| is_punct(tokens, before, '\''))
}
