//! A client for one HTTP/1.1 connection that is kept alive: enough to call a generated service and time it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

/// Longest body that is read.
const LONGEST: usize = 64 << 20;

/// A connection to a service on this machine.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects; each answer may take as long as `timeout`.
    pub fn open(port: u16, timeout: Duration) -> io::Result<Connection> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Sends a request with a JSON body; gives status and body of the answer.
    pub fn request(&mut self, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> io::Result<(u16, String)> {
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "no HTTP answer");
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(malformed)?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let header = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            if let Some((_, value)) = header {
                length = value.trim().parse().ok().filter(|length| *length <= LONGEST).ok_or_else(malformed)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.by_ref().take(64 << 10).read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

/// A port of this machine that nobody uses at the moment.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_share_a_connection() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            for answer in ["one", "three"] {
                let mut line = String::new();
                while stream.read_line(&mut line).unwrap() > 2 {
                    line.clear();
                }
                let mut body = [0; 2];
                stream.read_exact(&mut body).unwrap();
                assert_eq!(&body, b"{}");
                let text = format!("HTTP/1.1 200 OK\r\ncontent-LENGTH: {}\r\n\r\n{answer}", answer.len());
                stream.get_mut().write_all(text.as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(port, Duration::from_secs(5)).unwrap();
        assert_eq!(connection.request("POST", "/a", "{}").unwrap(), (200, "one".to_owned()));
        assert_eq!(connection.request("POST", "/b", "{}").unwrap(), (200, "three".to_owned()));
        server.join().unwrap();
        assert!(connection.request("POST", "/c", "{}").is_err());
    }
}
