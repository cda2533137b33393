//! `zklens cid`: files → IPFS CID.

use crate::args::CidArguments;
use crate::failure::{EXIT_INPUT, Failure};
use crate::files;
use crate::output::{printable, say};
use indicatif::{ProgressBar, ProgressStyle};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use zklens_image::{Cid, CidVersion, cid};

/// Files smaller than this are done before a progress bar can be read.
const SLOW_BYTES: u64 = 256 << 20;

pub(crate) fn run(arguments: &CidArguments) -> Result<ExitCode, Failure> {
    files::check_dashes(&arguments.files)?;
    let mut code = ExitCode::SUCCESS;
    for path in &arguments.files {
        match cid(path, arguments.cid.cid_version.into()) {
            Ok(cid) if arguments.files.len() == 1 => say!("{cid}"),
            Ok(cid) => say!("{cid}  {}", printable(&files::name(path))),
            Err(failure) => {
                failure.report();
                code = ExitCode::from(EXIT_INPUT);
            }
        }
    }
    Ok(code)
}

fn cid(path: &Path, version: CidVersion) -> Result<Cid, Failure> {
    let fault = |error: io::Error| Failure::new(EXIT_INPUT, files::name(path), error);
    if files::is_dash(path) {
        return cid::of_reader(files::standard_input()?, version).map_err(fault);
    }
    let file = files::open(path)?;
    let len = file.metadata().map_err(fault)?.len();
    let bar = if len < SLOW_BYTES {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(len)
    };
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {eta}");
    let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
    let cid = cid::of_reader(bar.wrap_read(file), version).map_err(fault);
    bar.finish_and_clear();
    cid
}
