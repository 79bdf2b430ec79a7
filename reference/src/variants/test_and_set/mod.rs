//! Correct solutions of the lock made of test-and-set in other styles.

pub mod anderson;
pub mod backoff;
pub mod fences;
pub mod fetch_or;
pub mod ordered_pair;
pub mod owner_inside;
pub mod primitive;
pub mod queue;
pub mod retries;
pub mod sequential;
pub mod test_first;
pub mod ticket;
pub mod waiting_array;
pub mod weak_exchange;
