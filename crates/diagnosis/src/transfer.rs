//! Pictures that a transfer as text has changed.

use crate::Diagnosis;

/// The beginning of a file after a transfer, and the change that the transfer made.
const CHANGES: [(&[u8], &str, &str); 9] = [
    (b"\x89PNG\n\x1a\n", "PNG", LINE_ENDS),
    (b"\x89PNG\r\r\n\x1a\r\n", "PNG", LINE_ENDS),
    (b"\x89PNG\r\n\x1a\r\n", "PNG", LINE_ENDS),
    (b"\x89PNG\r\x1a\r", "PNG", LINE_ENDS),
    (
        b"\tPNG\r\n\x1a\n",
        "PNG",
        "the eighth bit of every byte was removed",
    ),
    (b"\xc2\x89PNG", "PNG", RECODED),
    (b"\xef\xbf\xbdPNG", "PNG", RECODED),
    (b"\xc3\xbf\xc3\x98\xc3\xbf", "JPEG", RECODED),
    (b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "JPEG", RECODED),
];

const LINE_ENDS: &str = "its line ends were converted";
const RECODED: &str = "its bytes were converted to UTF-8";

pub(crate) fn diagnose(file: &[u8]) -> Option<Diagnosis> {
    let changed = CHANGES.iter().find(|(start, ..)| file.starts_with(start));
    let (_, format, change) = changed?;
    Some(Diagnosis::new(
        format!("this {format} file was transferred as text: {change}, which no program can undo"),
        "copy the file again in binary mode (of FTP, of the editor or script that wrote it, or by `*.png binary` \
         in .gitattributes)",
    ))
}
