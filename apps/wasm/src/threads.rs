//! The build with threads: a pool of Web Workers that share this program's memory.
//!
//! A worker loads the same module and takes one thread of the pool from a queue in that memory. The crate
//! `wasm-bindgen-rayon` does the same with workers from `blob:` addresses, which a strict Content-Security-Policy
//! forbids.

#![allow(
    unsafe_code,
    reason = "wasm-bindgen generates it; none is written by hand"
)]

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use pool::start;
#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
pub(crate) use single::start;

/// Whether this is the build with threads.
pub(crate) const ARE_BUILT: bool = cfg!(all(target_arch = "wasm32", target_feature = "atomics"));

#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
mod single {
    use js_sys::Promise;
    use wasm_bindgen::JsValue;

    /// Resolves at once: this build has no pool to start.
    pub(crate) fn start(_threads: usize) -> Promise {
        Promise::resolve(&JsValue::UNDEFINED)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
mod pool {
    use js_sys::{JsString, Promise};
    use rayon::{ThreadBuilder, ThreadPoolBuilder};
    use std::sync::{Condvar, Mutex, PoisonError};
    use wasm_bindgen::prelude::*;

    /// Threads that no worker has taken yet.
    static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
    static ONE_MORE: Condvar = Condvar::new();

    #[wasm_bindgen(module = "/js/threads.js")]
    extern "C" {
        #[wasm_bindgen(js_name = startWorkers)]
        fn start_workers(
            threads: usize,
            main: JsString,
            module: JsValue,
            memory: JsValue,
        ) -> Promise;
    }

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
        static MAIN: JsString;
    }

    /// Starts workers, which then call [`run_thread`], and has them all call [`build_pool`].
    pub(crate) fn start(threads: usize) -> Promise {
        let (module, memory) = (wasm_bindgen::module(), wasm_bindgen::memory());
        start_workers(threads.max(1), MAIN.with(Clone::clone), module, memory)
    }

    /// For `js/threads.js`: gives every worker its thread.
    #[wasm_bindgen(js_name = zklensBuildPool, skip_typescript)]
    pub fn build_pool(threads: usize) -> Result<(), JsValue> {
        let hand_over = |thread| {
            let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(thread);
            ONE_MORE.notify_one();
            Ok(())
        };
        let pool = ThreadPoolBuilder::new().num_threads(threads);
        let built = pool.spawn_handler(hand_over).build_global();
        built.map_err(|error| js_sys::Error::new(&format!("No threads: {error}.")).into())
    }

    /// For `js/threads.js`: takes a thread from the queue and runs it. Never returns.
    #[wasm_bindgen(js_name = zklensRunThread, skip_typescript)]
    pub fn run_thread() {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = loop {
            match waiting.pop() {
                Some(thread) => break thread,
                None => {
                    let woken = ONE_MORE.wait(waiting);
                    waiting = woken.unwrap_or_else(PoisonError::into_inner);
                }
            }
        };
        drop(waiting);
        thread.run();
    }
}
