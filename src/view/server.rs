//! The server: the page and its files from the program itself, and a WebSocket that carries the protocol.
//!
//! Nothing that a request says becomes the name of a file: the files of the page are a list in the program.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};

use crate::view::assets::{Asset, asset};
use crate::view::guard::Guard;
use crate::view::protocol::LARGEST_REQUEST;
use crate::view::stage::{Ends, Frame, Note};

/// Pages that may be open at once.
pub const MOST_PAGES: usize = 32;

/// Requests that a page may send a second.
pub const MOST_A_SECOND: u32 = 100;

/// Answers that may wait for a page.
const WAITING: usize = 64;

/// What a page may do: run its own scripts and styles, and speak to its own server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Shared {
    guard: Guard,
    ends: Ends,
    pages: AtomicUsize,
    next: AtomicU64,
}

/// Listens on an address.
///
/// # Errors
/// What the system says, as where the port is taken.
pub fn listen(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until it is asked to stop.
///
/// # Errors
/// What the system says.
pub fn serve(
    listener: std::net::TcpListener,
    ends: Ends,
    token: Option<String>,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    let guard = Guard::new(listener.local_addr()?, token);
    let shared = Arc::new(Shared {
        guard,
        ends,
        pages: AtomicUsize::new(0),
        next: AtomicU64::new(0),
    });
    let router = Router::new()
        .route("/live", any(live))
        .fallback(get(file))
        .layer(from_fn_with_state(Arc::clone(&shared), checked))
        .with_state(shared);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        tokio::select! {
            served = axum::serve(listener, router) => served,
            () = asked_to_stop(stop) => Ok(()),
        }
    })?;
    // Pages that are still open do not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(200));
    Ok(())
}

async fn asked_to_stop(stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Turns away what is not for this server or not from its page, and says with every answer what a page may do.
async fn checked(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or("");
    let has_odd_origin = headers.contains_key(header::ORIGIN) && text(header::ORIGIN).is_none();
    let is_ours = shared.guard.is_our_host(host)
        && !has_odd_origin
        && Guard::is_our_origin(host, text(header::ORIGIN));
    let query = request.uri().query();
    let mut response = if !is_ours {
        refusal("403: this server answers its own page alone, under its own address\n")
    } else if !shared.guard.has_token(query, text(header::COOKIE)) {
        refusal("403: open the whole address that `howship view` printed, with its token\n")
    } else {
        let keeps = query.is_some_and(|query| query.contains("token="));
        let mut response = next.run(request).await;
        if keeps
            && let Some(cookie) = shared.guard.cookie()
            && let Ok(cookie) = HeaderValue::from_str(&cookie)
        {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(words: &'static str) -> Response {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// A file of the page.
async fn file(uri: Uri) -> Response {
    let path = uri.path();
    let name = if path == "/" {
        "index.html"
    } else {
        &path[1..]
    };
    let Some(Asset { kind, bytes, .. }) = asset(name) else {
        let mut response = Response::new(Body::from("404: there is no such file\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let mut response = Response::new(Body::from(*bytes));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The WebSocket of a page.
async fn live(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    let before = shared.pages.fetch_add(1, Ordering::SeqCst);
    if before >= MOST_PAGES {
        shared.pages.fetch_sub(1, Ordering::SeqCst);
        let mut response = Response::new(Body::from("503: too many pages are open\n"));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return response;
    }
    let seat = Seat(Arc::clone(&shared));
    upgrade
        .max_message_size(LARGEST_REQUEST)
        .max_frame_size(LARGEST_REQUEST)
        .on_upgrade(move |socket| async move {
            let id = seat.0.next.fetch_add(1, Ordering::SeqCst);
            page(socket, id, &seat.0.ends).await;
            seat.0.ends.send(Note::Left(id));
        })
}

/// The place of a page among those that may be open; free again when it is dropped.
struct Seat(Arc<Shared>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.pages.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What comes next for a page.
enum Coming {
    Asked(Option<Result<Message, axum::Error>>),
    Answer(Option<Arc<str>>),
    Text(Result<Arc<str>, broadcast::error::RecvError>),
    Frame(usize),
}

/// Carries messages until the page closes, does not keep up, or asks too fast.
async fn page(mut socket: WebSocket, id: u64, ends: &Ends) {
    let (to_page, mut answers) = mpsc::channel::<Arc<str>>(WAITING);
    let mut texts = ends.texts();
    let mut frames = ends.frames();
    if !ends.send(Note::Came(id, to_page)) {
        return;
    }
    for frame in &mut frames {
        frame.mark_changed();
    }
    let mut second = Instant::now();
    let mut asked = 0;
    loop {
        let [whole, whole_with, cuts, cuts_with] = &mut frames;
        let next = tokio::select! {
            biased;
            message = socket.recv() => Coming::Asked(message),
            answer = answers.recv() => Coming::Answer(answer),
            text = texts.recv() => Coming::Text(text),
            Ok(()) = whole.changed() => Coming::Frame(0),
            Ok(()) = whole_with.changed() => Coming::Frame(1),
            Ok(()) = cuts.changed() => Coming::Frame(2),
            Ok(()) = cuts_with.changed() => Coming::Frame(3),
        };
        let sent = match next {
            Coming::Asked(Some(Ok(Message::Text(text)))) => {
                if second.elapsed() >= Duration::from_secs(1) {
                    (second, asked) = (Instant::now(), 0);
                }
                asked += 1;
                if asked > MOST_A_SECOND {
                    close(&mut socket, 1008, "too many requests a second").await;
                    return;
                }
                if ends.send(Note::Asks(id, text.to_string())) {
                    Ok(())
                } else {
                    let busy = r#"{"say":"refused","message":"the run is busy: ask again"}"#;
                    socket.send(Message::Text(busy.into())).await
                }
            }
            Coming::Asked(Some(Ok(Message::Binary(_)))) => {
                close(&mut socket, 1003, "requests are texts").await;
                return;
            }
            Coming::Asked(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(()),
            // The page has gone, or a text is for all pages that this one was too slow for: it comes again.
            Coming::Asked(_) | Coming::Answer(None) | Coming::Text(Err(_)) => return,
            Coming::Answer(Some(text)) | Coming::Text(Ok(text)) => {
                socket.send(Message::Text((&*text).into())).await
            }
            Coming::Frame(kind) => {
                let frame: Frame = frames[kind].borrow_and_update().clone();
                match frame {
                    Some(frame) => socket.send(Message::Binary(frame)).await,
                    None => Ok(()),
                }
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    let _ = socket.send(Message::Close(Some(frame))).await;
}
