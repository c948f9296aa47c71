//! One declaration for each record and frame of the wire, from which serde's part for the server and the browser's
//! reader or writer are made.
//!
//! *Invariant:* both sides are made of the same fields under the same names. A field's serde attribute of another
//! kind than the reader follows does not compile; what one of those it follows is given (`default = "…"`), the reader
//! does not see: the tests of `json` hold both sides of every record against each other.

/// Declares a record: the struct with serde's derives, and its [`FromJson`](super::FromJson), with what that
/// stands on ([`Record`](super::Record), [`Field`](super::Field)).
///
/// A field may have a serde attribute behind its documentation. `default` makes it one that may be absent for
/// both sides; `skip_serializing_if` and `serialize_with` are about what is written, which the reader need not
/// know. Whatever else a record derives stands before the struct.
macro_rules! record {
    (
        $(#[$about:meta])*
        $vis:vis struct $record:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[serde($wire:ident $($more:tt)*)])?
                $field_vis:vis $field:ident: $kind:ty
            ),* $(,)?
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $(#[$about])*
        $vis struct $record {
            $(
                $(#[doc = $doc])*
                $(#[serde($wire $($more)*)])?
                $field_vis $field: $kind,
            )*
        }

        impl $crate::json::Record for $record {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn take(fields: &mut $crate::json::Fields) -> Self {
                Self {
                    $($field: $crate::json::read!(fields, $field, $kind $(, $wire)?),)*
                }
            }
        }

        impl $crate::json::Field for $record {
            fn needed(fields: &mut $crate::json::Fields, name: &str) -> Self {
                fields.record(name)
            }

            fn optional(fields: &mut $crate::json::Fields, name: &str) -> Option<Self> {
                fields.maybe(name)
            }
        }

        impl $crate::json::FromJson for $record {
            fn from_json(json: $crate::json::Json) -> Option<Self> {
                let mut fields = $crate::json::Fields::of(json);
                let record = $crate::json::Record::take(&mut fields);
                fields.done(record)
            }
        }
    };
}

/// Reads one field of a record as its serde attribute says.
macro_rules! read {
    ($fields:ident, $field:ident, $kind:ty, default) => {
        <$kind as $crate::json::Field>::optional($fields, stringify!($field)).unwrap_or_default()
    };
    ($fields:ident, $field:ident, $kind:ty, skip_serializing_if) => {
        $crate::json::read!($fields, $field, $kind)
    };
    ($fields:ident, $field:ident, $kind:ty, serialize_with) => {
        $crate::json::read!($fields, $field, $kind)
    };
    ($fields:ident, $field:ident, $kind:ty) => {
        <$kind as $crate::json::Field>::needed($fields, stringify!($field))
    };
}

/// Declares names that stand for something, each with how it is written: the enum with serde's derives, `ALL` of
/// it, its `name`, and its [`FromJson`](super::FromJson).
macro_rules! names {
    (
        $(#[$about:meta])*
        $vis:vis enum $names:ident {
            $(
                $(#[doc = $doc:literal])*
                $variant:ident = $name:literal
            ),* $(,)?
        }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        $(#[$about])*
        $vis enum $names {
            $(
                $(#[doc = $doc])*
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl $names {
            /// Every one of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl $crate::json::FromJson for $names {
            fn from_json(json: $crate::json::Json) -> Option<Self> {
                let name = String::from_json(json)?;
                Self::ALL.into_iter().find(|known| known.name() == name)
            }
        }

        impl $crate::json::Field for $names {
            fn needed(fields: &mut $crate::json::Fields, name: &str) -> Self {
                fields.needed(name, Self::ALL[0])
            }

            fn optional(fields: &mut $crate::json::Fields, name: &str) -> Option<Self> {
                fields.maybe(name)
            }
        }
    };
}

/// Declares the frames of one side, an enum that is told apart by `type`. Each variant has its tag as `rename`.
///
/// With a record in each variant it is what a browser reads: serde's `Serialize` and
/// [`FromJson`](super::FromJson). With fields in each it is what a browser writes: serde's derives and `encode`.
/// Either has the `TYPES` there are.
macro_rules! frames {
    (
        $(#[$about:meta])*
        $vis:vis enum $frames:ident {
            $(
                $(#[doc = $doc:literal])*
                #[serde(rename = $tag:literal)]
                $variant:ident($record:ty)
            ),* $(,)?
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(tag = "type")]
        $(#[$about])*
        $vis enum $frames {
            $(
                $(#[doc = $doc])*
                #[serde(rename = $tag)]
                $variant($record),
            )*
        }

        impl $frames {
            /// Every type there is, with the names of its fields.
            pub const TYPES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($tag, <$record as $crate::json::Record>::FIELDS)),*];
        }

        impl $crate::json::FromJson for $frames {
            fn from_json(json: $crate::json::Json) -> Option<Self> {
                let mut fields = $crate::json::Fields::of(json);
                let frame = match fields.text("type").as_str() {
                    $($tag => Self::$variant($crate::json::Record::take(&mut fields)),)*
                    _ => return None,
                };
                fields.done(frame)
            }
        }
    };
    (
        $(#[$about:meta])*
        $vis:vis enum $frames:ident {
            $(
                $(#[doc = $doc:literal])*
                #[serde(rename = $tag:literal)]
                $variant:ident {
                    $(
                        $(#[doc = $field_doc:literal])*
                        $(#[serde($wire:ident, $($more:tt)*)])?
                        $field:ident: $kind:ty
                    ),* $(,)?
                }
            ),* $(,)?
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type")]
        $(#[$about])*
        $vis enum $frames {
            $(
                $(#[doc = $doc])*
                #[serde(rename = $tag)]
                $variant {
                    $(
                        $(#[doc = $field_doc])*
                        $(#[serde($wire, $($more)*)])?
                        $field: $kind,
                    )*
                },
            )*
        }

        impl $frames {
            /// Every type there is, with the names of its fields.
            pub const TYPES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($tag, &[$(stringify!($field)),*])),*];

            /// The frame as text.
            pub fn encode(&self) -> String {
                let mut writer = $crate::json::Writer::new();
                writer.open('{').key("type");
                match self {
                    $(Self::$variant { $($field),* } => {
                        writer.text($tag);
                        $($crate::json::write!(writer, $field $(, $wire)?);)*
                    })*
                }
                writer.close('}');
                writer.into_text()
            }
        }
    };
}

/// Writes one field as its serde attribute says: with `default` it is left out where there is none, and with
/// `skip_serializing` always, for what programs say and pages never do.
macro_rules! write {
    ($writer:ident, $field:ident, skip_serializing) => {
        let _ = $field;
    };
    ($writer:ident, $field:ident, default) => {
        $writer.given(stringify!($field), $field);
    };
    ($writer:ident, $field:ident) => {
        $writer.field(stringify!($field), $field);
    };
}

pub(crate) use {frames, names, read, record, write};
