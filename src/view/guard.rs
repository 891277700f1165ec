//! Who may speak to the server: requests under its own name from its own page.
//!
//! A page of another origin can send requests to this machine, and by a name that it lets point here (DNS
//! rebinding) even read the answers. The `Host` of a request is therefore held against the addresses under
//! which the server was started, and an `Origin`, which browsers send with `WebSocket`s and with requests across
//! sites, against the `Host`. From another machine a token is asked for besides.

use std::net::{IpAddr, SocketAddr};

/// What requests are held against.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// Address and port that the server listens on.
    address: SocketAddr,
    /// What a page has to show; none on the loopback address.
    token: Option<String>,
}

/// Name of the cookie with the token.
pub(super) const COOKIE: &str = "howship_token";

impl Guard {
    pub(super) const fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self { address, token }
    }

    /// True for the name of this server, with its port.
    pub(super) fn is_our_host(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else {
            return false;
        };
        if port.parse() != Ok(self.address.port()) {
            return false;
        }
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let ip = bare.parse::<IpAddr>().ok();
        if self.address.ip().is_loopback() {
            return name == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
        }
        // A rebound name is a name: an address as such is typed by who means this machine.
        ip.is_some()
    }

    /// True where a request comes from a page of this server, or from no page.
    pub(super) fn is_our_origin(host: &str, origin: Option<&str>) -> bool {
        origin.is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
    }

    /// True where no token is needed, or the query or a cookie has it.
    pub(super) fn has_token(&self, query: Option<&str>, cookies: Option<&str>) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let given = query
            .unwrap_or("")
            .split('&')
            .filter_map(|pair| pair.strip_prefix("token="));
        let kept = cookies
            .unwrap_or("")
            .split(';')
            .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
        given.chain(kept).any(|one| is_same(one, token))
    }

    /// Cookie that keeps the token.
    pub(super) fn cookie(&self) -> Option<String> {
        let token = self.token.as_ref()?;
        Some(format!(
            "{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
        ))
    }
}

/// Compares in a time that does not tell where two texts differ.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one
            .bytes()
            .zip(other.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(address: &str) -> Guard {
        Guard::new(address.parse().unwrap(), Some("s3cret".to_owned()))
    }

    #[test]
    fn a_name_that_points_here_is_not_ours() {
        let guard = guard("127.0.0.1:8080");
        for ours in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            assert!(guard.is_our_host(ours), "{ours}");
        }
        for other in [
            "evil.example:8080",
            "127.0.0.1:80",
            "127.0.0.1",
            "192.168.0.9:8080",
            "localhost.evil:8080",
            "",
        ] {
            assert!(!guard.is_our_host(other), "{other}");
        }
        let guard = self::guard("0.0.0.0:8080");
        assert!(guard.is_our_host("192.168.0.9:8080"));
        assert!(!guard.is_our_host("evil.example:8080"));
    }

    #[test]
    fn a_page_of_another_origin_is_not_ours() {
        let host = "127.0.0.1:8080";
        assert!(Guard::is_our_origin(host, None));
        assert!(Guard::is_our_origin(host, Some("http://127.0.0.1:8080")));
        for other in [
            "http://127.0.0.1:81",
            "https://127.0.0.1:8080",
            "null",
            "http://localhost:8080",
        ] {
            assert!(!Guard::is_our_origin(host, Some(other)), "{other}");
        }
    }

    #[test]
    fn a_token_comes_by_query_or_cookie() {
        let guard = guard("0.0.0.0:8080");
        assert!(guard.has_token(Some("a=b&token=s3cret"), None));
        assert!(guard.has_token(None, Some("x=y; howship_token=s3cret")));
        for (query, cookie) in [
            (None, None),
            (Some("token=s3cre"), None),
            (Some("token="), Some("howship_token=no")),
        ] {
            assert!(!guard.has_token(query, cookie));
        }
    }
}
