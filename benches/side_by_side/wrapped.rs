//! A peer's atomics, counted: included by the module of each peer, around its own types.

use super::peers_own;
use crate::verdict::count_access;
use std::sync::atomic::Ordering;

macro_rules! counted {
    ($name:ident of $value:ty) => {
        pub(crate) struct $name(peers_own::$name);

        impl $name {
            pub(crate) fn new(value: $value) -> Self {
                Self(peers_own::$name::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, ordering: Ordering) -> $value {
                count_access();
                self.0.load(ordering)
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, ordering: Ordering) {
                count_access();
                self.0.store(value, ordering);
            }
        }
    };
}

counted!(AtomicBool of bool);
counted!(AtomicUsize of usize);

impl AtomicBool {
    #[track_caller]
    pub(crate) fn swap(&self, value: bool, ordering: Ordering) -> bool {
        count_access();
        self.0.swap(value, ordering)
    }

    #[track_caller]
    pub(crate) fn compare_exchange(
        &self,
        current: bool,
        new: bool,
        success: Ordering,
        failure: Ordering,
    ) -> Result<bool, bool> {
        count_access();
        self.0.compare_exchange(current, new, success, failure)
    }
}

impl AtomicUsize {
    #[track_caller]
    pub(crate) fn fetch_add(&self, value: usize, ordering: Ordering) -> usize {
        count_access();
        self.0.fetch_add(value, ordering)
    }
}
