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
PATH=$root/.ci/bin:$wasm_bindgen/bin:$cargo_leptos/bin:$binaryen/bin:$cargo_deny/bin:$cargo_fuzz/bin:$PATH
export PATH

say() { printf '\n==> %s\n' "$*"; }
have() { printf '    have %s\n' "$*"; }
warn() { printf '!!! %s\n' "$@" >&2; }
fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}
