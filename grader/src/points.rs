//! Points as exact hundredths: no float ever adds up to a mark.

use std::fmt::{self, Display};
use std::iter::Sum;
use std::ops::Add;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of points, in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Points(u32);

impl Points {
    /// None at all.
    pub(crate) const ZERO: Self = Self(0);
    /// One.
    pub(crate) const ONE: Self = Self(100);

    /// `share` (a number from zero to one) of these points, rounded half up to a hundredth.
    #[must_use]
    pub(crate) fn share(self, share: Self) -> Self {
        let product = u64::from(self.0) * u64::from(share.0);
        Self(u32::try_from((product + 50) / 100).expect("a share is at most the whole"))
    }
}

impl Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::ZERO, Add::add)
    }
}

impl Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.0 / 100, self.0 % 100) {
            (whole, 0) => format!("{whole}"),
            (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
            (whole, part) => format!("{whole}.{part:02}"),
        };
        f.pad(&text)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            serializer.serialize_u32(self.0 / 100)
        } else {
            // The shortest decimal that denotes this double is the two-digit one again.
            serializer.serialize_f64(f64::from(self.0) / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Points;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 to 100000 with at most two decimals")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Points, E> {
                match u32::try_from(number) {
                    Ok(number) if number <= 100_000 => Ok(Points(number * 100)),
                    _ => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Points, E> {
                match u64::try_from(number) {
                    Ok(number) => self.visit_u64(number),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
                }
            }

            #[expect(clippy::cast_sign_loss, reason = "the range was checked")]
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Points, E> {
                let hundredths = number * 100.0;
                if !(0.0..=10_000_000.0).contains(&hundredths)
                    || (hundredths - hundredths.round()).abs() > 1e-6
                {
                    return Err(E::invalid_value(de::Unexpected::Float(number), &self));
                }
                Ok(Points(hundredths.round() as u32))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::Points;

    fn points(text: &str) -> Points {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn decimals_survive_the_round_trip() {
        for text in ["0", "50", "0.1", "33.33", "99.99", "16.7", "100000"] {
            let read = points(text);
            assert_eq!(read.to_string(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn ten_tenths_are_exactly_one() {
        let sum: Points = std::iter::repeat_n(points("0.1"), 10).sum();
        assert_eq!(sum, Points::ONE);
    }

    #[test]
    fn a_share_is_rounded_half_up() {
        assert_eq!(points("25").share(points("0.5")), points("12.5"));
        assert_eq!(points("0.01").share(points("0.5")), points("0.01"));
        assert_eq!(points("33.33").share(points("0")), Points::ZERO);
        assert_eq!(points("33.33").share(points("1")), points("33.33"));
    }

    #[test]
    fn what_is_not_a_number_of_points_is_refused() {
        for text in ["-1", "0.001", "1e9", "\"5\"", "-0.5"] {
            assert!(serde_json::from_str::<Points>(text).is_err(), "{text}");
        }
    }
}
