//! What is in a message, and whether everybody got every one of them, once and in order.
//!
//! *Invariant:* a delivery counts only if it is the one that its receiver must get next from that
//! sender; one gap, double or swap is remembered for ever.

/// Bytes of a message's text.
pub const SIZE: usize = 256;

/// What the text of a message says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Who sent it, counted within its room.
    pub sender: u32,
    /// How many that sender had sent before.
    pub number: u32,
    /// When it was to be sent, in nanoseconds since the block began.
    pub intended: u64,
}

impl Label {
    /// Writes the text: the three numbers, then dots up to [`SIZE`].
    pub fn write(self, out: &mut Vec<u8>) {
        let start = out.len();
        for number in [
            u64::from(self.sender),
            u64::from(self.number),
            self.intended,
        ] {
            write_number(out, number);
            out.push(b':');
        }
        out.resize(start + SIZE, b'.');
    }

    /// Reads it from where the text begins.
    pub fn read(text: &[u8]) -> Option<Self> {
        let (sender, rest) = read_number(text)?;
        let (number, rest) = read_number(rest)?;
        let (intended, _) = read_number(rest)?;
        Some(Self {
            sender: sender.try_into().ok()?,
            number: number.try_into().ok()?,
            intended,
        })
    }
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(&digits[at..]);
}

fn read_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, &byte) in text.iter().enumerate().take(20) {
        match byte {
            b'0'..=b'9' => number = number * 10 + u64::from(byte - b'0'),
            b':' if at > 0 => return Some((number, &text[at + 1..])),
            _ => return None,
        }
    }
    None
}

/// What each receiver must get next from each sender of its room.
pub struct Ledger {
    senders: usize,
    expected: Vec<u32>,
    wrong: Option<String>,
}

impl Ledger {
    /// For so many receivers, each of whom hears so many senders.
    pub fn new(receivers: usize, senders: usize) -> Self {
        Self {
            senders,
            expected: vec![0; receivers * senders],
            wrong: None,
        }
    }

    /// Enters a delivery; whether it was the right one.
    pub fn enter(&mut self, receiver: usize, label: Label) -> bool {
        let expected = match self
            .expected
            .get_mut(receiver * self.senders + label.sender as usize)
        {
            Some(expected) if (label.sender as usize) < self.senders => expected,
            _ => {
                self.complain(format!(
                    "receiver {receiver} heard of sender {}",
                    label.sender
                ));
                return false;
            }
        };
        if *expected == label.number {
            *expected += 1;
            return true;
        }
        let (sender, number, due) = (label.sender, label.number, *expected);
        self.complain(format!(
            "receiver {receiver} got message {number} of sender {sender} where {due} was due"
        ));
        false
    }

    /// Remembers the first thing that was wrong.
    pub fn complain(&mut self, sentence: String) {
        self.wrong.get_or_insert(sentence);
    }

    /// The first thing that was wrong.
    pub fn wrong(&self) -> Option<&str> {
        self.wrong.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(sender: u32, number: u32) -> Label {
        Label {
            sender,
            number,
            intended: 123_456_789,
        }
    }

    #[test]
    fn a_label_reads_back_from_its_text() {
        for written in [label(0, 0), label(199, 4_000_000), label(7, 10)] {
            let mut text = Vec::new();
            written.write(&mut text);
            assert_eq!(text.len(), SIZE);
            assert_eq!(Label::read(&text), Some(written));
        }
    }

    #[test]
    fn other_text_is_no_label() {
        for text in [
            "",
            "1",
            "1:2:",
            "a:1:2:",
            ":1:2:",
            "1:2:3",
            "99999999999:1:2:",
        ] {
            assert_eq!(Label::read(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn deliveries_in_order_are_right() {
        let mut ledger = Ledger::new(2, 2);
        for number in 0..3 {
            for receiver in 0..2 {
                assert!(ledger.enter(receiver, label(1, number)));
            }
        }
        assert!(ledger.enter(0, label(0, 0)));
        assert_eq!(ledger.wrong(), None);
    }

    #[test]
    fn a_gap_a_double_and_a_swap_are_wrong() {
        for numbers in [[0, 2], [0, 0], [1, 0]] {
            let mut ledger = Ledger::new(1, 1);
            let right = numbers.map(|number| ledger.enter(0, label(0, number)));
            assert!(right.contains(&false), "{numbers:?}");
            assert!(ledger.wrong().is_some());
        }
    }

    #[test]
    fn a_sender_nobody_knows_is_wrong() {
        let mut ledger = Ledger::new(2, 1);
        assert!(!ledger.enter(0, label(1, 0)));
        assert!(!ledger.enter(1, label(1, 0)));
    }
}
