//! The traits that students implement. They are the product's most public face: once released they
//! change only with a major version.

mod critical_section;

pub use critical_section::CriticalSection;
