//! `zklens completions` and `zklens man`.

use crate::support::{Folder, failure, text, zklens};

#[test]
fn every_shell_gets_a_script_with_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = zklens(&["completions", shell]);
        assert!(output.status.success(), "{shell}");
        let script = text(&output);
        for part in ["prove", "input-image", "estimate"] {
            assert!(script.contains(part), "{shell}: {part}");
        }
    }
    assert!(failure(2, &["completions", "cmd"]).contains("invalid value 'cmd'"));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new();
    let path = folder.path("");
    assert!(zklens(&["man", &path]).status.success());
    for (page, part) in [
        ("zklens.1", "Exit codes"),
        ("zklens-prove.1", "A proof hides"),
        ("zklens-evm-verify.1", "Who checks what"),
        ("zklens-completions.1", "fpath"),
    ] {
        let page = std::fs::read_to_string(folder.path(page)).unwrap();
        assert!(page.contains(".TH zklens"), "{page}");
        assert!(page.contains(part), "{page}");
    }
    let errors = failure(4, &["man", &path]);
    assert!(errors.contains("exists already"), "{errors}");
    assert!(zklens(&["man", &path, "--force"]).status.success());
    let errors = failure(4, &["man", &folder.path("none")]);
    assert!(errors.contains("there is no such folder"), "{errors}");
}
