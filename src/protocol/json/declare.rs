//! One declaration for each record of the wire, from which serde's part for the server and the reader for the
//! browser are made.
//!
//! *Invariant:* both sides are made of the same fields under the same names; a serde attribute that the browser's
//! reader does not follow does not compile.

/// Declares a record: the struct with serde's derives, and its [`FromJson`](super::FromJson).
///
/// A field may have a serde attribute behind its documentation. `default` makes it one that may be absent for
/// both sides; `serialize_with` is about what is written, which the reader need not know. Whatever else a record derives stands before the struct.
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

        impl $crate::json::FromJson for $record {
            fn from_json(json: $crate::json::Json) -> Option<Self> {
                let mut fields = $crate::json::Fields::of(json);
                let record = Self {
                    $($field: $crate::json::read!(fields, $field, $kind $(, $wire)?),)*
                };
                fields.done(record)
            }
        }
    };
}

/// Reads one field of a record as its serde attribute says.
macro_rules! read {
    ($fields:ident, $field:ident, $kind:ty, default) => {
        <$kind as $crate::json::FromJson>::optional(&mut $fields, stringify!($field))?
            .unwrap_or_default()
    };
    ($fields:ident, $field:ident, $kind:ty, serialize_with) => {
        $crate::json::read!($fields, $field, $kind)
    };
    ($fields:ident, $field:ident, $kind:ty) => {
        <$kind as $crate::json::FromJson>::needed(&mut $fields, stringify!($field))?
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
    };
}

pub(crate) use {names, read, record};
