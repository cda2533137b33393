//! Files that people give by mistake.

use crate::support::{Folder, errors, failure, json, root, text, zklens};

const CID: &str = "QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";

fn example(name: &str) -> Vec<u8> {
    std::fs::read(root().join("examples").join(name)).unwrap()
}

/// Files with their names, and parts of the sentences that they get.
fn files() -> [(&'static str, Vec<u8>, &'static str, &'static str); 8] {
    let png = example("mnist/digit_0.png");
    let jpeg = example("fashion/7_sneaker.jpg");
    let mut checksum = png.clone();
    let data = png.windows(4).position(|four| four == b"IDAT").unwrap();
    checksum[data + 20] ^= 1;
    let metadata = format!(r#"{{"name":"NFT #1","image":"ipfs://{CID}"}}"#).into_bytes();
    let uri = b"data:image/png;base64,iVBORw0KGgo=".to_vec();
    let pointer = b"version https://git-lfs.github.com/spec/v1\nsize 123\n".to_vec();
    let text = [&b"\x89PNG\n\x1a\n"[..], &png[8..]].concat();
    let [cut_png, cut_jpeg] =
        [(&png, 20), (&jpeg, 2)].map(|(file, by)| file[..file.len() - by].to_vec());
    let proof = b"ZKLP\x01\0".to_vec();
    [
        (
            "1.json",
            metadata,
            "the metadata of a token, not its image",
            "ipfs get ",
        ),
        ("uri.txt", uri, "a URI `data:image/png`", "base64 -d"),
        (
            "lfs.png",
            pointer,
            "a pointer of Git LFS to a file of 123 bytes",
            "git lfs pull",
        ),
        ("text.png", text, "transferred as text", "binary mode"),
        (
            "crc.png",
            checksum,
            "the checksum of its chunk IDAT",
            "download or copy",
        ),
        ("cut.png", cut_png, "this PNG file is cut off", "all of it"),
        (
            "cut.jpg",
            cut_jpeg,
            "the marker that ends the picture (FF D9)",
            "all of it",
        ),
        (
            "it.zkp",
            proof,
            "a proof of zklens (.zkp), not a picture",
            "expected a JPEG",
        ),
    ]
}

#[test]
fn a_file_that_is_no_image_is_named_and_helped() {
    let folder = Folder::new();
    for (name, file, what, help) in files() {
        let path = folder.write(name, &file);
        for command in ["execute", "prove"] {
            let output = folder.path("never.zkp");
            let to: &[&str] = if command == "prove" {
                &["-o", &output]
            } else {
                &[]
            };
            let errors = failure(1, &[&[command, &path], to].concat());
            assert!(errors.contains(&format!("{name}: ")), "{errors}");
            assert!(errors.contains(what) && errors.contains(help), "{errors}");
            assert!(!errors.contains("ChunkType"), "{errors}");
        }
    }
}

#[test]
fn an_address_says_how_to_get_the_file() {
    let address = format!("ipfs://{CID}");
    for arguments in [
        &["execute", &address][..],
        &["prove", "-i", &address, "-o", "never.zkp"],
        &["verify", &address],
        &["cid", &address],
    ] {
        let errors = failure(1, arguments);
        for part in [
            "this is an address, and zklens fetches nothing",
            &format!("`ipfs get {CID} -o FILE`"),
            &format!("https://ipfs.io/ipfs/{CID}"),
            "`zklens cid FILE`",
        ] {
            assert!(errors.contains(part), "{errors}");
        }
    }
    let errors = failure(1, &["execute", "https://example.org/1.png"]);
    assert!(
        errors.contains("curl -L -o FILE 'https://example.org/1.png'"),
        "{errors}"
    );
    assert!(failure(3, &["execute", "-m", "https://example.org/net.zkl", "a"]).contains("curl"));
}

#[test]
fn networks_of_other_kinds_are_named() {
    let folder = Folder::new();
    let image = "examples/mnist/digit_0.png";
    for (file, what) in [
        (
            &b"PK\x03\x04 archive/data.pkl"[..],
            "a checkpoint of PyTorch",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\nsize 9\n",
            "a pointer of Git LFS",
        ),
        (b"ZKLP\x01\0", "a proof of zklens (.zkp), not a network"),
        (b"nothing known", "not a zklens model"),
    ] {
        let model = folder.write("net", file);
        let errors = failure(3, &["execute", "-m", &model, image]);
        assert!(errors.contains(what), "{errors}");
    }
    let import = [
        "--calibration",
        "examples/mnist",
        "--labels",
        "a,b",
        "-o",
        "never.zkl",
    ];
    for (file, what, help) in [
        (
            &b"PK\x03\x04 archive/data.pkl"[..],
            "a checkpoint of PyTorch",
            "torch.onnx.export",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\nsize 9\n",
            "a pointer of Git LFS",
            "git lfs pull",
        ),
        (b"\0\x01\x02", "not a readable ONNX file", ""),
    ] {
        let network = folder.write("net.onnx", file);
        let errors = failure(3, &[&["import", &network], &import[..]].concat());
        assert!(errors.contains(what) && errors.contains(help), "{errors}");
    }
    // A model that is damaged is a model.
    let errors = failure(3, &["execute", "-m", &folder.write("net", b"ZKLM"), image]);
    assert!(!errors.contains("already"), "{errors}");
    let errors = failure(1, &["verify", image]);
    assert!(errors.contains("this is a PNG picture"), "{errors}");
    let errors = failure(
        3,
        &["verify", "-k", image, "vectors/proofs/v1/mnist-cnn.zkp"],
    );
    assert!(errors.contains("this is a PNG picture"), "{errors}");
}

#[test]
fn a_folder_of_images_without_extensions_works() {
    let folder = Folder::new();
    let images = folder.path("tokens");
    std::fs::create_dir(&images).unwrap();
    for (name, file) in [
        ("1", example("mnist/digit_1.png")),
        ("2", example("mnist/digit_2.png")),
        ("3.json", b"{\"image\":\"ipfs://Qm\"}".to_vec()),
        ("._4.png", b"\0\x05\x16\x07\0\x02\0\0".to_vec()),
        (
            "notes.txt",
            b"BM is how a bitmap begins, and this text, too".to_vec(),
        ),
    ] {
        std::fs::write(std::path::Path::new(&images).join(name), file).unwrap();
    }
    let output = zklens(&["execute", "--json", "-m", "mnist-cnn", &images]);
    assert!(output.status.success(), "{}", errors(&output));
    let labels: Vec<_> = text(&output)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["label"].clone())
        .collect();
    assert_eq!(labels, [1, 2]);
    let evaluated = json(&["evaluate", "--json", "-m", "mnist-cnn", "--images", &images]);
    assert_eq!(evaluated["images"], 2);
    // A file with an image's name is reported, not passed over.
    let broken = std::path::Path::new(&images).join("5.png");
    std::fs::write(broken, "gone").unwrap();
    let errors = failure(1, &["execute", "-m", "mnist-cnn", &images]);
    assert!(errors.contains("5.png: this is text"), "{errors}");
}
