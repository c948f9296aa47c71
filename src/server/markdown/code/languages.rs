//! What the words and marks of languages are.

/// A language, as far as its colours go. Its words stand with a space between them.
pub(super) struct Language {
    /// What it is called behind a fence.
    pub(super) names: &'static str,
    /// What a comment to the end of its line begins with.
    pub(super) lines: &'static str,
    /// What a comment is between.
    pub(super) blocks: &'static [(&'static str, &'static str)],
    /// What strings are between.
    pub(super) quotes: &'static [char],
    pub(super) keywords: &'static str,
    pub(super) types: &'static str,
    pub(super) literals: &'static str,
    /// What stands before a word that is about the code: an attribute, a directive, a variable of a shell.
    pub(super) metas: &'static [char],
    /// A word with a parenthesis behind it is a function.
    pub(super) has_calls: bool,
    /// A word with a capital is a type.
    pub(super) has_types: bool,
    /// A word before `:` or `=` is a key.
    pub(super) has_keys: bool,
    /// A word may have dashes.
    pub(super) has_dashes: bool,
    /// Three quotes begin a string of many lines.
    pub(super) has_long_strings: bool,
    pub(super) ignores_case: bool,
    /// A line is what its first character says.
    pub(super) is_diff: bool,
}

/// None: what a language has not, another one does not say.
const NONE: Language = Language {
    names: "",
    lines: "",
    blocks: &[],
    quotes: &[],
    keywords: "",
    types: "",
    literals: "",
    metas: &[],
    has_calls: false,
    has_types: false,
    has_keys: false,
    has_dashes: false,
    has_long_strings: false,
    ignores_case: false,
    is_diff: false,
};

#[rustfmt::skip]
pub(super) const LANGUAGES: &[Language] = &[
    Language {
        names: "rust rs",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"'],
        keywords: "fn let mut pub use mod struct enum impl trait for in if else match while loop return break \
            continue where as move ref self Self super crate const static unsafe async await dyn type \
            extern",
        types: "u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char str",
        literals: "true false None Some Ok Err",
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "python py",
        lines: "#",
        quotes: &['"', '\''],
        keywords: "def class if elif else for while in not and or is return yield import from as with try \
            except finally raise pass break continue lambda global nonlocal assert del async await match \
            case",
        types: "int str float bool list dict set tuple bytes object",
        literals: "True False None self",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "javascript js jsx mjs cjs",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\'', '`'],
        keywords: "function const let var if else for while do switch case default break continue return new \
            delete typeof instanceof in of class extends super this import export from as async await \
            yield try catch finally throw void static get set",
        types: "Array Object String Number Boolean Promise Map Set Date",
        literals: "true false null undefined NaN Infinity",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "typescript ts tsx",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\'', '`'],
        keywords: "function const let var if else for while do switch case default break continue return new \
            delete typeof instanceof in of class extends super this import export from as async await \
            yield try catch finally throw void static get set interface type enum namespace declare \
            implements readonly public private protected abstract keyof infer satisfies is",
        types: "string number boolean any unknown never object symbol bigint",
        literals: "true false null undefined NaN",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "java",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "abstract assert break case catch class continue default do else enum extends final finally \
            for if implements import instanceof interface native new package private protected public \
            return static super switch synchronized this throw throws transient try volatile while var \
            record sealed permits yield",
        types: "void int long short byte char float double boolean",
        literals: "true false null",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "kotlin kt kts",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "fun val var class object interface if else when for while do return break continue in is as \
            import package this super null try catch finally throw override open abstract sealed data \
            enum companion private public internal protected suspend inline by init constructor lateinit",
        types: "Int Long Short Byte Char Float Double Boolean String Unit Any",
        literals: "true false null",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "swift",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"'],
        keywords: "func let var class struct enum protocol extension if else guard switch case default for \
            while repeat return break continue in is as import self super init deinit try catch throw \
            throws async await private public internal open static override mutating where defer inout \
            some any",
        types: "Int Double Float Bool String Character Void Any",
        literals: "true false nil",
        metas: &['@', '#'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "c h",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "auto break case const continue default do else enum extern for goto if inline register \
            restrict return sizeof static struct switch typedef union volatile while",
        types: "void char short int long float double signed unsigned bool size_t int8_t int16_t int32_t \
            int64_t uint8_t uint16_t uint32_t uint64_t",
        literals: "true false NULL",
        metas: &['#'],
        has_calls: true,
        ..NONE
    },
    Language {
        names: "cpp c++ cc cxx hpp",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "alignas auto break case catch class concept const consteval constexpr continue co_await \
            co_return co_yield decltype default delete do else enum explicit export extern final for \
            friend goto if inline mutable namespace new noexcept operator override private protected \
            public requires return sizeof static static_cast struct switch template this throw try \
            typedef typename union using virtual volatile while",
        types: "void char short int long float double signed unsigned bool size_t wchar_t string vector",
        literals: "true false nullptr NULL",
        metas: &['#'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "csharp cs c#",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "abstract as async await base break case catch class const continue default delegate do else \
            enum event explicit extern finally fixed for foreach get if implicit in init interface \
            internal is lock namespace new operator out override params private protected public \
            readonly record ref return sealed set sizeof static struct switch this throw try typeof \
            unsafe using var virtual when where while yield",
        types: "bool byte char decimal double float int long object sbyte short string uint ulong ushort void",
        literals: "true false null",
        metas: &['#'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "go golang",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\'', '`'],
        keywords: "break case chan const continue default defer else fallthrough for func go goto if import \
            interface map package range return select struct switch type var",
        types: "bool byte complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string \
            uint uint8 uint16 uint32 uint64 uintptr any",
        literals: "true false nil iota",
        has_calls: true,
        ..NONE
    },
    Language {
        names: "ruby rb",
        lines: "#",
        blocks: &[("=begin", "=end")],
        quotes: &['"', '\'', '`'],
        keywords: "alias and begin break case class def defined do else elsif end ensure for if in module next \
            not or redo rescue retry return self super then undef unless until when while yield require \
            require_relative attr_accessor attr_reader private",
        literals: "true false nil",
        metas: &['@', '$'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "php",
        lines: "// #",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\'', '`'],
        keywords: "abstract and array as break case catch class clone const continue declare default do echo \
            else elseif enum extends final finally fn for foreach function global if implements include \
            instanceof interface match namespace new or private protected public readonly require return \
            static switch throw trait try use var while yield",
        types: "int float string bool void mixed object iterable",
        literals: "true false null TRUE FALSE NULL",
        metas: &['$'],
        has_calls: true,
        has_types: true,
        ..NONE
    },
    Language {
        names: "scala",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "abstract case catch class def do else enum extends final finally for given if implicit \
            import lazy match new object override package private protected return sealed super then \
            this throw trait try type using val var while with yield",
        types: "Int Long Double Float Boolean String Unit Any Nothing",
        literals: "true false null None Some",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "bash sh shell zsh console",
        lines: "#",
        quotes: &['"', '\''],
        keywords: "if then else elif fi for while until do done case esac in function select return break \
            continue local export readonly declare unset set shift source alias exit trap",
        types: "echo cd ls cat grep sed awk rm cp mv mkdir chmod sudo curl git cargo npm docker make",
        literals: "true false",
        metas: &['$'],
        has_dashes: true,
        ..NONE
    },
    Language {
        names: "sql",
        lines: "--",
        blocks: &[("/*", "*/")],
        quotes: &['\'', '"'],
        keywords: "select from where insert into values update set delete create table alter drop add column \
            index view primary key foreign references unique not null default check constraint join \
            inner left right full outer cross on using group by order having limit offset union all \
            distinct as and or in exists between like is case when then else end begin commit rollback \
            with returning conflict do nothing grant revoke explain",
        types: "integer int bigint smallint text varchar char boolean real float double numeric decimal date \
            time timestamp blob json jsonb uuid serial",
        literals: "true false null",
        has_calls: true,
        ignores_case: true,
        ..NONE
    },
    Language {
        names: "html xml svg vue",
        blocks: &[("<!--", "-->")],
        quotes: &['"', '\''],
        keywords: "html head body title meta link script style div span p a img ul ol li table tr td th form \
            input button select option textarea label h1 h2 h3 h4 h5 h6 br hr main header footer nav \
            section article aside template",
        has_dashes: true,
        has_keys: true,
        ..NONE
    },
    Language {
        names: "css scss less",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"', '\''],
        keywords: "important media import supports keyframes layer container from to",
        types: "px rem em vh vw fr deg auto none inherit initial unset block inline flex grid absolute \
            relative fixed sticky",
        metas: &['@', '#', '.'],
        has_calls: true,
        has_keys: true,
        has_dashes: true,
        ..NONE
    },
    Language {
        names: "json jsonc json5",
        lines: "//",
        blocks: &[("/*", "*/")],
        quotes: &['"'],
        literals: "true false null",
        ..NONE
    },
    Language {
        names: "yaml yml",
        lines: "#",
        quotes: &['"', '\''],
        literals: "true false null yes no on off",
        metas: &['&', '*', '!'],
        has_keys: true,
        has_dashes: true,
        ..NONE
    },
    Language {
        names: "toml ini cfg conf",
        lines: "# ;",
        quotes: &['"', '\''],
        literals: "true false",
        metas: &['['],
        has_keys: true,
        has_dashes: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "lua",
        lines: "--",
        blocks: &[("--[[", "]]")],
        quotes: &['"', '\''],
        keywords: "and break do else elseif end for function goto if in local not or repeat return then until \
            while",
        literals: "true false nil self",
        has_calls: true,
        ..NONE
    },
    Language {
        names: "haskell hs",
        lines: "--",
        blocks: &[("{-", "-}")],
        quotes: &['"'],
        keywords: "case class data deriving do else family forall foreign if import in infix infixl infixr \
            instance let module newtype of qualified then type where",
        types: "Int Integer Double Float Bool Char String Maybe Either IO",
        literals: "True False Nothing Just",
        has_types: true,
        ..NONE
    },
    Language {
        names: "elixir ex exs",
        lines: "#",
        quotes: &['"', '\''],
        keywords: "def defp defmodule defmacro defstruct do end if else unless case cond when fn for with in \
            and or not import require use alias receive after rescue try catch raise",
        literals: "true false nil",
        metas: &['@'],
        has_calls: true,
        has_types: true,
        has_long_strings: true,
        ..NONE
    },
    Language {
        names: "diff patch",
        is_diff: true,
        ..NONE
    },
    Language {
        names: "r",
        lines: "#",
        quotes: &['"', '\'', '`'],
        keywords: "if else for while repeat function return break next in library require",
        literals: "TRUE FALSE NULL NA NaN Inf",
        has_calls: true,
        ..NONE
    },
    Language {
        names: "perl pl",
        lines: "#",
        quotes: &['"', '\'', '`'],
        keywords: "my our local sub if elsif else unless for foreach while until do return last next redo use \
            no package require and or not eq ne lt gt le ge cmp",
        literals: "undef",
        metas: &['$', '@', '%'],
        has_calls: true,
        ..NONE
    },
    Language {
        names: "dockerfile docker",
        lines: "#",
        quotes: &['"', '\''],
        keywords: "from run cmd label maintainer expose env add copy entrypoint volume user workdir arg onbuild \
            stopsignal healthcheck shell as",
        metas: &['$'],
        ignores_case: true,
        has_dashes: true,
        ..NONE
    },
    Language {
        names: "makefile make",
        lines: "#",
        quotes: &['"', '\''],
        keywords: "ifeq ifneq ifdef ifndef else endif include define endef export override vpath",
        metas: &['$', '.'],
        has_dashes: true,
        has_keys: true,
        ..NONE
    },
];
