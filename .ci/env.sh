# Sourced by every script here: where things are, and how a step speaks.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. .ci/versions

tools=${XDG_CACHE_HOME:-$HOME/.cache}/parlour/tools
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac

wasm_bindgen=$tools/wasm-bindgen-$WASM_BINDGEN
cargo_leptos=$tools/cargo-leptos-$CARGO_LEPTOS
binaryen=$tools/binaryen-$BINARYEN
cargo_deny=$tools/cargo-deny-$CARGO_DENY
cargo_fuzz=$tools/cargo-fuzz-$CARGO_FUZZ
geckodriver=$tools/geckodriver-$GECKODRIVER
PATH=$root/.ci/bin:$wasm_bindgen/bin:$cargo_leptos/bin:$binaryen/bin:$cargo_deny/bin:$cargo_fuzz/bin:$geckodriver/bin:$PATH
export PATH

# A step ends where the next begins, or the script; then it says how long it took.
step= step_began=0
say() {
    took
    step=$* step_began=$SECONDS
    printf '\n==> %s\n' "$*"
}
took() {
    [ -z "$step" ] || printf '    %s: took %s s\n' "$step" "$((SECONDS - step_began))"
    step=
}
trap took EXIT
have() { printf '    have %s\n' "$*"; }

# A step that is missing a tool fails. PARLOUR_WITHOUT names the steps to leave out (with commas between
# them), and whatever was left out is said last.
WITHOUT=(costs disk engines postgres)
is_left_out() {
    case ",${PARLOUR_WITHOUT:-}," in
        *",$1,"*) warn "left out: $1 (PARLOUR_WITHOUT)" ;;
        *) return 1 ;;
    esac
}
warn() { printf '!!! %s\n' "$@" >&2; }
fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# How the release's program is compiled for browsers: with the standard library compiled along, for size, and a
# panic is a trap without a word, which the page's script handles as any other: 13 KB of a first visit are
# sentences, places and what formats them. `.ci/bin/wasm-ld` links it. The compiler takes both for unstable; it is
# one version (rust-toolchain.toml), and nothing but this file is compiled so.
BROWSER_STD=(-Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size)
browser_program() {
    RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS='-Zunstable-options -Cpanic=immediate-abort' \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$root/.ci/bin/wasm-ld cargo "$@"
}
