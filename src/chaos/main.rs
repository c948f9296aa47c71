//! `chaos`: breaks a server in every way it can think of, and checks what its clients saw.

fn main() {}
