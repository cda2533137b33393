//! Arguments of `serve`.

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;
use zklens_server::{Limits, LogFormat, Network, Options};

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
  curl -F proof=@photo.zkp -F image=@photo.jpg http://127.0.0.1:8080/api/verify
  zklens serve --model net.zkl --model mnist-cnn
  zklens serve --host zklens.example --trusted-proxy 10.0.0.0/8

Long proofs:
  curl -i -F image=@photo.jpg -H 'Prefer: respond-async' http://127.0.0.1:8080/api/prove
      answers 202 with the address of a job, /api/jobs/ID
  curl -H 'Prefer: wait=30' http://127.0.0.1:8080/api/jobs/ID
      answers 202 with the queue position, the stage, the fraction that is done and the time left,
      and once the proof is made, 200 with the proof; it waits for that, but no longer than 30 s
  curl -X DELETE http://127.0.0.1:8080/api/jobs/ID
      cancels the job, or frees the memory of its result

  Whoever knows a job's address may fetch its result and cancel it; it has 128 random bits, and the
  server lists it to nobody. A result is kept for --job-keep seconds. When the server ends, jobs are lost.
  A proof without this header is made while its client waits, and stopped when the client goes away.

Who sees what:
  The page proves in the browser and sends no image. The API is for programs that cannot run the
  prover, so this server sees the images that are sent to it; it keeps none and logs nothing of them.
  It has neither passwords nor encryption: whoever reaches it may use it. Leave it on 127.0.0.1, or
  put a proxy in front of it that knows who may come in, and give the proxy's name by --host and its
  address by --trusted-proxy.

Who gets a place:
  A request waits for its turn once its body is there. When places, memory or connections run out, the
  client with the most makes room for a client with fewer, and other requests are told to come back
  (503). A client is an IPv4 address or the /64 network of an IPv6 address. /metrics counts the
  requests and connections that a limit ended in zklens_refused_total.")]
pub(crate) struct ServeArguments {
    /// A network to serve: shipped, or a .zkl file; can be given again [default: the two small shipped ones]
    ///
    /// Requests name it as `import --name` did, and the first is their default. Its keys are made before the server
    /// listens, which takes seconds for a large network.
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Vec<String>,
    /// Where to listen; port 0 takes a free one
    ///
    /// An address other than 127.0.0.1 or ::1 lets other machines in, without a password and without encryption.
    #[arg(long, value_name = "ADDR:PORT", default_value_t = Options::LISTEN)]
    listen: SocketAddr,
    /// A name that the server answers to, besides `localhost` and its address; can be given again
    ///
    /// Requests to other names are refused: a page of another site could send them through the browser of somebody who
    /// has it open (DNS rebinding).
    #[arg(long, value_name = "NAME", value_parser = host)]
    host: Vec<String>,
    /// A proxy whose X-Forwarded-For is believed, as 192.0.2.7 or 10.0.0.0/8; can be given again
    ///
    /// Without it, all clients behind a proxy count as one. With it, limits apply to each client, and
    /// --connections-per-address does not apply to the proxy, which has to limit connections itself.
    #[arg(long, value_name = "ADDR")]
    trusted_proxy: Vec<Network>,
    /// The most connections at a time; for more, idle ones are closed, first those of the client with the most
    #[arg(long, value_name = "COUNT", default_value = "256")]
    connections: NonZeroU16,
    /// The most connections of one IPv4 address or IPv6 /64 network; as many as --connections lifts the limit
    #[arg(long, value_name = "COUNT", default_value = "64")]
    connections_per_address: NonZeroU16,
    /// The number of requests after which a connection is closed
    #[arg(long, value_name = "COUNT", default_value = "1000")]
    requests_per_connection: NonZeroU32,
    /// The age at which a connection is closed after its next answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds())]
    connection_time: u64,
    /// How many proofs are made at a time; one uses all cores, and a large one is made alone
    #[arg(long, value_name = "COUNT", default_value = "1")]
    jobs: NonZeroU16,
    /// How many requests may wait for their turn; more are told to come back (503)
    #[arg(long, value_name = "COUNT", default_value = "8")]
    queue: u16,
    /// The most images of one proof
    #[arg(long, value_name = "COUNT", default_value = "64")]
    max_images: usize,
    /// The most bytes of one request's body; K, M and G are powers of 1024
    #[arg(long, value_name = "BYTES", default_value = "32M", value_parser = bytes)]
    max_body: usize,
    /// How many bodies of --max-body bytes fit into the memory for them; no address takes more than half of the memory
    /// that is free
    #[arg(long, value_name = "COUNT", default_value = "8", value_parser = RangedU64ValueParser::<usize>::new().range(4..=65_535))]
    bodies: usize,
    /// The fewest bytes of a body per second, on average after the first --read-timeout; 0 lifts the limit
    #[arg(long, value_name = "BYTES", default_value = "4K", value_parser = bytes)]
    body_rate: usize,
    /// The longest time for a request's head, and the longest pause while its body arrives or its answer is taken, in
    /// seconds
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds())]
    read_timeout: u64,
    /// The longest time for a request, in seconds; a proof that takes longer is stopped
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds())]
    timeout: u64,
    /// The longest time for a job, from its request to its result, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds())]
    job_timeout: u64,
    /// How long a job's result is kept, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds())]
    job_keep: u64,
    /// How many jobs there may be, those with results among them; no address has more than half of those that are free
    #[arg(long, value_name = "COUNT", default_value = "64")]
    job_count: NonZeroU16,
    /// The memory for all results; no address takes more than half of the part that is free
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = bytes)]
    job_bytes: usize,
    /// How long running requests may go on after SIGINT or SIGTERM, in seconds; a second signal ends them
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds())]
    grace: u64,
    /// The format of the logs, which go to standard error
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
    /// The options for the server.
    pub(crate) fn options(&self) -> Options {
        Options {
            listen: self.listen,
            hosts: self.host.clone(),
            proxies: self.trusted_proxy.clone(),
            limits: Limits {
                max_body: self.max_body,
                max_images: self.max_images,
                timeout: Duration::from_secs(self.timeout),
                read_timeout: Duration::from_secs(self.read_timeout),
                body_rate: self.body_rate,
                bodies: self.bodies,
                jobs: self.jobs.get().into(),
                queue: self.queue.into(),
                connections: self.connections.get().into(),
                connections_per_address: self.connections_per_address.get().into(),
                requests_per_connection: self.requests_per_connection.get() as usize,
                connection_time: Duration::from_secs(self.connection_time),
                job_timeout: Duration::from_secs(self.job_timeout),
                job_keep: Duration::from_secs(self.job_keep),
                job_count: self.job_count.get().into(),
                job_bytes: self.job_bytes,
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
    fn every_limit_can_be_set() {
        let flags = [
            ("--connections", "7"),
            ("--connections-per-address", "7"),
            ("--requests-per-connection", "7"),
            ("--connection-time", "7"),
            ("--bodies", "7"),
            ("--body-rate", "7"),
            ("--read-timeout", "7"),
            ("--queue", "7"),
            ("--jobs", "7"),
            ("--max-body", "7"),
            ("--max-images", "7"),
            ("--timeout", "7"),
            ("--job-timeout", "7"),
            ("--job-keep", "7"),
            ("--job-count", "7"),
            ("--job-bytes", "7"),
        ];
        let all = flags.iter().flat_map(|(flag, value)| [*flag, *value]);
        let options = Command::parse_from(["serve"].into_iter().chain(all)).serve;
        let limits = format!("{:?}", options.options().limits);
        let fields = limits.matches(": ").count();
        assert_eq!(fields, flags.len(), "{limits}");
        assert_eq!(limits.matches(": 7").count(), fields, "{limits}");
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let parse = |proxy| Command::try_parse_from(["serve", "--trusted-proxy", proxy]);
        let proxies = parse("10.0.0.0/8").unwrap().serve.options().proxies;
        assert_eq!(proxies, ["10.0.0.0/8".parse().unwrap()]);
        let error = parse("proxy.example").unwrap_err().to_string();
        assert!(error.contains("an address or a network"), "{error}");
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
