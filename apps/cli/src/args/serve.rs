//! Arguments of `serve`.

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::time::Duration;
use zklens_server::{Limits, LogFormat, Options};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens serve
  zklens serve --listen 127.0.0.1:9000 --log json
  curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg http://127.0.0.1:8080/api/execute
  curl -F image=@photo.jpg -H 'Accept: application/octet-stream' \\
       http://127.0.0.1:8080/api/prove -o photo.zkp
  curl -F image=@a.png -F image=@b.png 'http://127.0.0.1:8080/api/prove?model=mnist-cnn'
  curl -H 'Content-Type: application/octet-stream' --data-binary @photo.zkp \\
       http://127.0.0.1:8080/api/verify

Who sees what:
  The page proves in the browser and sends no image. The API is for programs that cannot run the
  prover: this server sees the images that are sent to it; it keeps none and logs nothing of them.
  There are no passwords and no encryption: whoever reaches the server may use it. Leave it on
  127.0.0.1, or put something in front of it that knows who may come in, and give that one's name
  by --host.")]
pub(crate) struct ServeArguments {
    /// Where to listen; port 0 takes a free one
    ///
    /// Another address than 127.0.0.1 or ::1 lets other machines in, without a password and without
    /// encryption.
    #[arg(long, value_name = "ADDR:PORT", default_value_t = Options::LISTEN)]
    listen: SocketAddr,
    /// A name that the server answers to, besides `localhost` and its address; can be given again
    ///
    /// Requests to other names are refused, since a page from elsewhere could send them through the browser
    /// of somebody who has it open (DNS rebinding).
    #[arg(long, value_name = "NAME", value_parser = host)]
    host: Vec<String>,
    /// Proofs made at a time; one uses all cores
    #[arg(long, value_name = "COUNT", default_value = "1")]
    jobs: NonZeroU16,
    /// Requests that wait for their turn; more are told to come back (503)
    #[arg(long, value_name = "COUNT", default_value = "8")]
    queue: u16,
    /// Most images of one proof
    #[arg(long, value_name = "COUNT", default_value = "64")]
    max_images: usize,
    /// Most bytes of what is sent in one request; K, M and G are powers of 1024
    #[arg(long, value_name = "BYTES", default_value = "32M", value_parser = bytes)]
    max_body: usize,
    /// Longest time for a request, in seconds; a proof that takes longer is given up
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds())]
    timeout: u64,
    /// How long running requests may go on after SIGINT or SIGTERM, in seconds; a second signal ends them
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds())]
    grace: u64,
    /// How logs are written, on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log: Log,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Log {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}

impl ServeArguments {
    /// What the server is told.
    pub(crate) fn options(&self) -> Options {
        Options {
            listen: self.listen,
            hosts: self.host.clone(),
            limits: Limits {
                max_body: self.max_body,
                max_images: self.max_images,
                timeout: Duration::from_secs(self.timeout),
                jobs: self.jobs.get().into(),
                queue: self.queue.into(),
                ..Limits::DEFAULT
            },
            grace: Duration::from_secs(self.grace),
        }
    }

    pub(crate) const fn log(&self) -> LogFormat {
        match self.log {
            Log::Text => LogFormat::Text,
            Log::Json => LogFormat::Json,
        }
    }
}

/// At most a day.
fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=86_400)
}

fn host(name: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let has_port = name
        .rsplit_once(':')
        .is_some_and(|(host, _)| !host.contains(':'));
    if name.is_empty() || !name.chars().all(is_name) || has_port {
        return Err("expected a bare name or address, without scheme, port and path".into());
    }
    Ok(name.to_owned())
}

fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.chars().last() {
        Some('K' | 'k') => (&text[..text.len() - 1], 10),
        Some('M' | 'm') => (&text[..text.len() - 1], 20),
        Some('G' | 'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number = digits.parse::<usize>().ok();
    let bytes = number.and_then(|number| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| "expected a number of bytes, as 1000000, 512K or 32M".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, clap::Parser)]
    struct Command {
        #[command(flatten)]
        serve: ServeArguments,
    }

    #[test]
    fn what_is_not_given_is_as_the_server_has_it() {
        let options = Command::parse_from(["serve"]).serve.options();
        assert_eq!(format!("{options:?}"), format!("{:?}", Options::default()));
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(bytes("1000"), Ok(1000));
        assert_eq!(bytes("32M"), Ok(Limits::DEFAULT.max_body));
        for text in ["", "M", "-1", "1.5M", "99999999999G", "4µ"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_are_bare() {
        assert!(host("zklens.example").is_ok() && host("::1").is_ok());
        for text in [
            "",
            "zklens.example:80",
            "http://zklens.example",
            "zklens.example/",
        ] {
            assert!(host(text).is_err(), "{text}");
        }
    }
}
