//! Has the program built again when the dashboard was: the files it carries are read when it is compiled.

fn main() {
    println!("cargo::rerun-if-changed=../dashboard/dist");
}
