use super::*;

fn tape(name: &str, size: usize, kind: tar::EntryType) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    let bytes = name.as_bytes();
    header.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
    header.set_size(size as u64);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, vec![0; size].as_slice()).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn tapes_stay_inside_and_end() {
    let directory = std::env::temp_dir().join(format!("ordain-tar-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    untar(tape("a/main.tf", 10, tar::EntryType::Regular).as_slice(), &directory, 100).unwrap();
    assert!(directory.join("a/main.tf").is_file());
    for (name, size, kind, expected) in [
        ("../evil", 1, tar::EntryType::Regular, "outside"),
        ("/evil", 1, tar::EntryType::Regular, "outside"),
        ("big", 101, tar::EntryType::Regular, "more than 100 bytes"),
        ("link", 0, tar::EntryType::Symlink, "link"),
    ] {
        let error = untar(tape(name, size, kind).as_slice(), &directory, 100).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

/// A tape with `a/main.tf`, which is a mebibyte of `#`, packed in two parts, one behind the other, by the programs
/// that users pack with.
const PACKED: [(Kind, &str); 3] = [
    (
        Kind::TarBzip2,
        "QlpoOTFBWSZTWXJWuMcAEEhbgNiBSAHNgACAYSMeAAgIIAB0EpNIaGmmg9RptQSU1NHqNGgMg04kMKdcDV8XHUAzaCsIEABZhISABW8rJElAEg01CKitVo4wOrXJ+/K73fXsQEAA/F3JFOFCQcla4xxCWmg5MUFZJlNZ9eWnAQAELXAAwAAQAAgAACggAFBmgE1UxOi7IqxAG8QBbF5AHxdyRThQkPXlpwE=",
    ),
    (
        Kind::TarXz,
        "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM6Av/AMBdADCLyaZUEuEv5OJW1NlAeXuh35arWUECqa/fi3oLoTGGBZJoYHMDRbCe/XstWG8vfYMTEnR4RkbMi4hVzyk/VaCbvgi1JGRiX+AUItEzAXPBJwXEMO4ufphT7aX6XF6OuS33SRvATUS/bEGxVgCwgGvXsoyjXY/7PCV6qIbOsQpz0wWJqZNnlHrAE1c0Tx6fvq58MRqft40xbnCepyNf7CjLhdGVmIp+KpHyJ3X3GcAGmE2Y/div1ZAPxCM8xbAAAACjGkcjR/3XSgAB3AGAmCAA6FoUELHEZ/sCAAAAAARZWv03elhaAAAE5ta0RgIAIQEWAAAAdC/lo+gL/wCUXQAR7/u//qOxXuX4P7KqJlX4aHBBcBUPjf0eTBuKQrcZ9GkYca5mI4qKTS+jDdl/puOMIxFT4FkYxXWK4nf4tpR/DGrA3nRJZOLpXFOyBNj3RAyrXw1tRunlw3aIt5ZXrLZN4Wkdb/tLiBBsQsuIP1wAj9BOryYolHEfPY8k4XCepyNf7CjLhdGVmIf4sDZGi1WEjEkAALsRuLkmJzRDAAGwAYCYIADJlSJvscRn+wIAAAAABFla",
    ),
    (
        Kind::TarZstandard,
        "KLUv/QRo5AEA8GEvbWFpbi50ZgAwNjQ0NDc0MzYAIDAAdXN0YXIAIwsA/P0glzlQIA9AAbjEL2/cPA5cgAu8wADg3gSQAgAQIwIAECMCABAjA2AAI2QdplgotS/9BGhMAAAIIwEA/P85EAICABAjAgAQI2QAAAgAAgD8cX3pr88BEANgAAD40UI0",
    ),
];

#[test]
fn tapes_are_unpacked_whatever_they_are_packed_with() {
    let directory = std::env::temp_dir().join(format!("ordain-packed-{}", std::process::id()));
    for (kind, packed) in PACKED {
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, packed).unwrap();
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("package");
        std::fs::write(&file, &bytes).unwrap();
        unpack(&file, &directory, kind).unwrap();
        let text = std::fs::read(directory.join("a/main.tf")).unwrap();
        assert!(text.len() == 1 << 20 && text.iter().all(|byte| *byte == b'#'), "{kind:?}");
        // Few bytes that become many.
        let inflated = match kind {
            Kind::TarBzip2 => untar(bzip2::bufread::MultiBzDecoder::new(&*bytes), &directory, 1000),
            Kind::TarXz => untar(lzma_rust2::XzReader::new(&*bytes, true), &directory, 1000),
            _ => untar(Frames::new(&*bytes).unwrap(), &directory, 1000),
        };
        assert!(inflated.unwrap_err().to_string().contains("more than 1000 bytes"), "{kind:?}");
        // What is cut off, and what is something else.
        for damaged in [&bytes[..bytes.len() / 2], b"no archive at all"] {
            std::fs::write(&file, damaged).unwrap();
            assert!(unpack(&file, &directory, kind).is_err(), "{kind:?}");
        }
        std::fs::remove_dir_all(&directory).unwrap();
    }
}

#[test]
fn a_dictionary_beyond_all_bounds_is_refused() {
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, PACKED[1].1).unwrap();
    let mut text = String::new();
    let refused = lzma_rust2::XzReader::new_mem_limit(&*bytes, true, 64 << 10).read_to_string(&mut text);
    assert!(refused.unwrap_err().to_string().contains("memory"), "its dictionary is of 64 MiB");
}

#[test]
fn kinds_are_told_by_names() {
    let kind = |text: &str| kind(&PackageAddress::parse(text).unwrap());
    for (end, wanted) in [("tbz2", Kind::TarBzip2), ("tar.xz", Kind::TarXz), ("TZST", Kind::TarZstandard)] {
        assert_eq!(kind(&format!("https://example.com/a.{end}")), Ok(Some(wanted)));
    }
    assert!(kind("https://example.com/a.tf.bz2").unwrap_err().contains("single compressed file"));
}

#[test]
fn pages_name_packages() {
    let page = r#"<html><meta charset="x"><meta name="terraform-get" content="https://example.com/a.zip//s"></html>"#;
    assert_eq!(meta(page).as_deref(), Some("https://example.com/a.zip//s"));
    assert_eq!(meta("<html></html>"), None);
}
