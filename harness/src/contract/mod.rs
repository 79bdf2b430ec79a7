//! The traits that students implement. They are the product's most public face: once released they
//! change only with a major version.

mod critical_section;
mod readers_writers;
mod semaphore;

pub use critical_section::CriticalSection;
pub use readers_writers::ReadWriteLock;
pub use semaphore::CountingSemaphore;
