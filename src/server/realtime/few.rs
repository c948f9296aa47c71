//! A short list that is nearly always of one, which then takes no memory of its own.

use std::mem::take;
use std::ops::{Deref, DerefMut};

/// The list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Few<T> {
    #[default]
    None,
    One(T),
    More(Vec<T>),
}

impl<T> Few<T> {
    pub(super) fn push(&mut self, value: T) {
        self.insert(self.len(), value);
    }

    /// Puts a value before the one at `place`, or at the end.
    pub(super) fn insert(&mut self, place: usize, value: T) {
        *self = match take(self) {
            Self::None => Self::One(value),
            Self::One(other) if place == 0 => Self::More(vec![value, other]),
            Self::One(other) => Self::More(vec![other, value]),
            Self::More(mut list) => {
                list.insert(place, value);
                Self::More(list)
            }
        };
    }

    /// Keeps those for whom `stays` holds.
    pub(super) fn retain(&mut self, stays: impl FnMut(&T) -> bool) {
        *self = match take(self) {
            Self::None => Self::None,
            Self::One(value) => [value].into_iter().filter(stays).collect(),
            Self::More(list) => list.into_iter().filter(stays).collect(),
        };
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::None,
            (Some(one), None) => Self::One(one),
            (Some(one), Some(other)) => {
                Self::More([one, other].into_iter().chain(values).collect())
            }
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::More(list) => list,
        }
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::None => &mut [],
            Self::One(value) => std::slice::from_mut(value),
            Self::More(list) => list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_what_a_list_does_and_is_no_larger() {
        assert_eq!(size_of::<Few<(i64, i64)>>(), size_of::<Vec<i64>>());
        let (mut few, mut list) = (Few::default(), Vec::new());
        for (place, value) in [(0, 3), (0, 1), (1, 2), (3, 4)] {
            few.insert(place, value);
            list.insert(place, value);
            assert_eq!(few[..], list[..]);
        }
        few.push(5);
        few[0] = 0;
        assert_eq!(few[..], [0, 2, 3, 4, 5]);
        for most in [3, 0, -1] {
            few.retain(|value| *value <= most);
            assert_eq!(
                few.len(),
                few.iter().filter(|value| **value <= most).count()
            );
        }
        assert_eq!(few, Few::None);
        few.insert(0, 7);
        few.insert(1, 8);
        assert_eq!(few[..], [7, 8]);
        few.retain(|value| *value == 8);
        assert_eq!(few, Few::One(8));
    }
}
