//! What becomes of what is dragged over the page, dropped on it or pasted into it.
//!
//! *Invariant:* nothing that is dropped leads away from the page.

/// Something on its way into the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// There are files in it.
    pub has_files: bool,
    /// There is text in it: beside a picture, where a table was copied.
    pub has_text: bool,
    /// It is over a field that takes text.
    pub is_in_field: bool,
}

/// What is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// What the browser does with it.
    Taken,
    /// Nothing, so that the browser does not go where it leads.
    Ignored,
    /// Nothing, and somebody is told why.
    Refused,
}

impl Transfer {
    /// What becomes of it when it is dropped here.
    pub fn dropped(self) -> Fate {
        match self {
            Self { has_files, .. } if has_files => Fate::Refused,
            Self { is_in_field, .. } if is_in_field => Fate::Taken,
            _ => Fate::Ignored,
        }
    }

    /// What becomes of it when it is pasted.
    pub fn pasted(self) -> Fate {
        if self.has_files && !self.has_text {
            Fate::Refused
        } else {
            Fate::Taken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Transfer = Transfer {
        has_files: false,
        has_text: false,
        is_in_field: false,
    };

    #[test]
    fn a_file_is_dropped_nowhere() {
        for is_in_field in [false, true] {
            for has_text in [false, true] {
                let file = Transfer {
                    has_files: true,
                    has_text,
                    is_in_field,
                };
                assert_eq!(file.dropped(), Fate::Refused);
            }
        }
    }

    #[test]
    fn text_and_links_are_dropped_into_fields_only() {
        let link = Transfer {
            has_text: true,
            ..NOTHING
        };
        assert_eq!(link.dropped(), Fate::Ignored);
        let in_field = Transfer {
            is_in_field: true,
            ..link
        };
        assert_eq!(in_field.dropped(), Fate::Taken);
        assert_eq!(NOTHING.dropped(), Fate::Ignored);
    }

    #[test]
    fn a_table_is_pasted_as_its_text_and_a_picture_is_refused() {
        let picture = Transfer {
            has_files: true,
            is_in_field: true,
            ..NOTHING
        };
        assert_eq!(picture.pasted(), Fate::Refused);
        let table = Transfer {
            has_text: true,
            ..picture
        };
        assert_eq!(table.pasted(), Fate::Taken);
        assert_eq!(NOTHING.pasted(), Fate::Taken);
    }
}
