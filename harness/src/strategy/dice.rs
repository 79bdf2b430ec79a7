//! The lots that strategies draw: a tiny generator that is seeded once per execution.
//!
//! Splitmix64 (Steele, Lea, Flood, OOPSLA'14) because a lot costs about a nanosecond, its whole
//! state is one word, and reseeding is free. It is not for secrets.

/// The golden ratio in 64 bits: the stride of splitmix64.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of splitmix64: every bit of the input changes half of the output.
#[inline]
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A source of lots.
#[derive(Clone, Debug, Default)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one execution.
    pub(super) const fn new(seed: u64, execution: u64) -> Self {
        Self(mix(seed ^ mix(execution.wrapping_add(STRIDE))))
    }

    /// 64 random bits.
    #[inline]
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STRIDE);
        mix(self.0)
    }

    /// A number below `count`, which is small: the bias is below `count` / 2³².
    #[inline]
    pub(super) const fn below(&mut self, count: usize) -> usize {
        scale(self.bits() >> 32, count)
    }

    /// Whether something of that probability happens.
    #[inline]
    pub(super) const fn happens(&mut self, chance: Chance) -> bool {
        (self.bits() >> 32) < chance.0
    }
}

/// Maps 32 random bits to a number below `count`.
#[inline]
pub(super) const fn scale(bits: u64, count: usize) -> usize {
    ((bits * count as u64) >> 32) as usize
}

/// A probability, in units of 2⁻³².
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chance(u64);

impl Chance {
    /// So many of a hundred.
    pub(super) const fn percent(percent: u64) -> Self {
        Self((percent << 32) / 100)
    }

    /// Whether 32 random bits fall below it.
    #[inline]
    pub(super) const fn covers(self, bits: u64) -> bool {
        bits < self.0
    }
}

/// The executions of a strategy: each has its own dice, found from the seed and its number.
#[derive(Clone, Debug)]
pub(super) struct Executions {
    seed: u64,
    next: u64,
}

impl Executions {
    /// All executions of this seed, from number `first` on.
    pub(super) const fn new(seed: u64, first: u64) -> Self {
        Self { seed, next: first }
    }

    /// Begins the next one: its number and its dice.
    pub(super) const fn begin(&mut self) -> (u64, Dice) {
        let number = self.next;
        self.next += 1;
        (number, Dice::new(self.seed, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lots_of_an_execution_depend_on_its_number_alone() {
        let mut all = Executions::new(7, 0);
        let _ = all.begin();
        let _ = all.begin();
        let (number, mut third) = all.begin();
        let (again, mut alone) = Executions::new(7, 2).begin();
        assert_eq!((number, third.bits()), (again, alone.bits()));
        assert_ne!(Dice::new(7, 2).bits(), Dice::new(8, 2).bits());
    }

    #[test]
    fn lots_are_spread_evenly() {
        let mut counts = [0_u32; 3];
        let mut rare = 0;
        let mut dice = Dice::new(1, 1);
        for _ in 0..30_000 {
            counts[dice.below(3)] += 1;
            rare += u32::from(dice.happens(Chance::percent(10)));
        }
        assert!(counts.iter().all(|count| (9_700..10_300).contains(count)), "{counts:?}");
        assert!((2_800..3_200).contains(&rare), "{rare}");
    }
}
