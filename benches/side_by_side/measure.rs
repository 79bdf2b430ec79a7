//! Times, and what is said of several of them. The only place that looks at a clock.
//!
//! The clock is that of the thread's own time on a core: what others do on the machine does not count,
//! beyond what they do to its caches and its frequency. All engines run on the calling thread.

use rustix::time::{ClockId, clock_gettime};

/// How long it takes, in nanoseconds.
pub(crate) fn nanoseconds<R>(run: impl FnOnce() -> R) -> (f64, R) {
    let start = now();
    let result = run();
    (now() - start, result)
}

fn now() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

/// Figures of several rounds, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// How many times as much as `other`: the median of the ratios within each round, whose two
    /// figures are of nearly the same moment.
    pub(crate) fn times(&self, other: &Self) -> f64 {
        Self(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine / theirs).collect()).median()
    }

    /// `12.3 (11.9–14.0)`: the median, and the least and the greatest.
    pub(crate) fn show(&self) -> String {
        let sorted = self.sorted();
        let (least, greatest) = (sorted[0], sorted[sorted.len() - 1]);
        format!("{} ({}–{})", short(self.median()), short(least), short(greatest))
    }
}

/// Three significant digits, or as many as there are before the point; whole numbers as such.
pub(crate) fn short(figure: f64) -> String {
    if figure >= 1000.0 {
        let whole = format!("{figure:.0}");
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    } else if figure >= 99.95 || figure.fract() == 0.0 {
        format!("{figure:.0}")
    } else if figure >= 9.995 {
        format!("{figure:.1}")
    } else {
        format!("{figure:.2}")
    }
}
