//! `DECODER` names the versions that are compiled in.

use zklens_image::DECODER;

const LOCK: &str = include_str!("../../../Cargo.lock");

/// The lock file of the SP1 programs, which are a workspace of their own.
const PROGRAMS: &str = include_str!("../../sp1/guest/Cargo.lock");

/// The `[[package]]` sections of the lock file that have a name.
fn packages(name: &str) -> Vec<&'static str> {
    let line = format!("name = \"{name}\"");
    LOCK.split("[[package]]")
        .filter(|section| section.lines().any(|l| l == line))
        .collect()
}

#[test]
fn the_lock_file_has_the_decoders_that_the_constant_names_and_no_others() {
    for decoder in DECODER.split(", ") {
        let mut words = decoder.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        let found = packages(name);
        assert_eq!(found.len(), 1, "{name}");
        assert!(
            found[0].contains(&format!("version = \"{version}\"")),
            "{decoder}: {}",
            found[0]
        );
    }
}

/// The SP1 programs decode as this crate does: with the same versions of the decoders and of the
/// crates that those use.
#[test]
fn the_sp1_programs_have_the_same_decoders() {
    let versions = |lock: &'static str, name: &str| -> Vec<&'static str> {
        let line = format!("name = \"{name}\"");
        let sections = lock.split("[[package]]");
        let named = sections.filter(|section| section.lines().any(|l| l == line));
        named
            .filter_map(|section| section.lines().find(|l| l.starts_with("version = ")))
            .collect()
    };
    for name in [
        "byteorder-lite",
        "fdeflate",
        "gif",
        "image",
        "image-webp",
        "png",
        "weezl",
        "zune-core",
        "zune-jpeg",
    ] {
        let here = versions(LOCK, name);
        assert_eq!(here.len(), 1, "{name}");
        assert_eq!(here, versions(PROGRAMS, name), "{name}");
    }
}

/// `image` asks for `zune-jpeg` with its processor-specific code, and features are shared by all
/// crates of a build.
#[test]
fn nothing_else_asks_for_the_jpeg_decoder() {
    let dependents: Vec<&str> = LOCK
        .split("[[package]]")
        .filter(|section| section.lines().any(|l| l.trim() == "\"zune-jpeg\","))
        .filter_map(|section| section.lines().find_map(|l| l.strip_prefix("name = ")))
        .collect();
    assert_eq!(dependents, ["\"zklens-image\""]);
}
