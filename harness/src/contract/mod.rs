//! The traits that students implement. They are the product's most public face: once released they
//! change only with a major version.

mod counter;
mod critical_section;
mod semaphore;

pub use counter::Counter;
pub use critical_section::CriticalSection;
pub use semaphore::CountingSemaphore;
