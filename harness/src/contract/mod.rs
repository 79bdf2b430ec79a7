//! The traits that students implement. They are the product's most public face: once released they
//! change only with a major version.

mod critical_section;
mod monitor;
mod semaphore;

pub use critical_section::CriticalSection;
pub use monitor::MesaMonitor;
pub use semaphore::CountingSemaphore;
