//! Variant: a struct for each customer, helper methods, and waiting for all of them at once: begins
//! anew with the first one whenever somebody is in the way.

use harness::prelude::*;

#[derive(Debug)]
struct Customer {
    choosing: AtomicBool,
    number: AtomicU32,
}

impl Customer {
    fn new() -> Self {
        Self { choosing: AtomicBool::new(false), number: AtomicU32::new(0) }
    }

    /// Whether this customer, with index `j`, may go before the ticket `mine`.
    fn is_in_the_way(&self, j: usize, mine: (u32, usize)) -> bool {
        if self.choosing.load(Ordering::SeqCst) {
            return true;
        }
        let number = self.number.load(Ordering::SeqCst);
        number != 0 && (number, j) < mine
    }
}

/// All customers.
#[derive(Debug)]
pub struct Bakery {
    customers: Vec<Customer>,
}

impl Bakery {
    fn draw(&self, me: usize) -> (u32, usize) {
        let customer = &self.customers[me];
        customer.choosing.store(true, Ordering::SeqCst);
        let number = 1 + self.highest();
        customer.number.store(number, Ordering::SeqCst);
        customer.choosing.store(false, Ordering::SeqCst);
        (number, me)
    }

    fn highest(&self) -> u32 {
        self.customers.iter().map(|other| other.number.load(Ordering::SeqCst)).fold(0, u32::max)
    }
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self { customers: (0..processes).map(|_| Customer::new()).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = self.draw(me.index());
        while self.customers.iter().enumerate().any(|(j, other)| other.is_in_the_way(j, mine)) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.customers[me.index()].number.store(0, Ordering::SeqCst);
    }
}
