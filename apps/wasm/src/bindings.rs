//! The functions and classes for JavaScript: they check arguments, convert results and throw errors.

#![allow(
    unsafe_code,
    reason = "wasm-bindgen generates it; none is written by hand"
)]
#![allow(
    clippy::missing_const_for_fn,
    reason = "wasm-bindgen cannot export const functions"
)]

use crate::proof::{self, Method, Trusted};
use crate::{Error, Network, Prover, STAGES, models, parse_layout, threads};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array, WebAssembly};
use serde::Serialize;
use std::ops::ControlFlow;
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// Makes a panic throw its message; a bare trap would say "unreachable".
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let message = format!("zklens has a defect, please report it: {panic}");
        wasm_bindgen::throw_val(WebAssembly::RuntimeError::new(&message).into());
    }));
}

/// Whether this is the build with threads.
#[wasm_bindgen(js_name = hasThreads)]
#[must_use]
pub fn has_threads() -> bool {
    threads::ARE_BUILT
}

/// Starts a pool of `threads` workers. Call it once, before you prove. Does nothing in the build without threads.
///
/// Call it in a worker that is cross-origin isolated: the page's main thread may not wait for other threads.
#[wasm_bindgen(js_name = initThreadPool)]
pub fn init_thread_pool(threads: usize) -> Promise {
    threads::start(threads)
}

/// How much memory this module has taken, in bytes. WebAssembly never gives memory back.
#[wasm_bindgen(js_name = memoryBytes)]
#[must_use]
pub fn memory_bytes() -> f64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as f64 * 65_536.0;
    #[cfg(not(target_arch = "wasm32"))]
    return 0.0;
}

/// The networks that come with the package.
#[wasm_bindgen(js_name = models, unchecked_return_type = "ModelInfo[]")]
pub fn all_models() -> Result<JsValue, JsValue> {
    out(models())
}

/// A network.
#[wasm_bindgen(js_name = Network)]
#[derive(Debug)]
pub struct JsNetwork(Network);

#[wasm_bindgen(js_class = Network)]
impl JsNetwork {
    /// A network that comes with the package, by its name.
    pub fn shipped(name: &str) -> Result<Self, JsValue> {
        Network::shipped(name).map(Self).map_err(throw)
    }

    /// The network in a `.zkl` file.
    pub fn decode(zkl: &[u8]) -> Result<Self, JsValue> {
        Network::decode(zkl).map(Self).map_err(throw)
    }

    /// A description: name, classes, size of the input, ids.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn info(&self) -> Result<JsValue, JsValue> {
        out(Ok(self.0.info()))
    }

    /// Classifies an image file: JPEG, PNG, GIF, WebP or BMP.
    #[wasm_bindgen(unchecked_return_type = "Execution")]
    pub fn execute(&self, file: &[u8]) -> Result<JsValue, JsValue> {
        out(self.0.execute(file))
    }

    /// Classifies pixels: channels × height × width bytes.
    #[wasm_bindgen(js_name = executePixels, unchecked_return_type = "Execution")]
    pub fn execute_pixels(&self, pixels: Vec<u8>) -> Result<JsValue, JsValue> {
        out(self.0.execute_pixels(pixels))
    }

    /// Another handle of the same network, which has to be freed on its own.
    #[must_use]
    pub fn share(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A network with its key, ready to prove.
#[wasm_bindgen(js_name = Prover)]
#[derive(Debug)]
pub struct JsProver(Prover);

#[wasm_bindgen(js_class = Prover)]
impl JsProver {
    /// Derives the network's key, which takes about as long as a proof.
    ///
    /// If `onStage` returns `false`, an error named `Cancelled` is thrown instead.
    #[wasm_bindgen(constructor)]
    pub fn new(
        network: &JsNetwork,
        #[wasm_bindgen(unchecked_param_type = "Layout")] layout: &str,
        #[wasm_bindgen(js_name = onStage, unchecked_optional_param_type = "OnStage")]
        on_stage: JsValue,
    ) -> Result<Self, JsValue> {
        let layout = parse_layout(layout).map_err(throw)?;
        let mut watcher = Watcher::new(on_stage)?;
        if watcher.tell(0).is_break() {
            return Err(watcher.thrown(Error::Cancelled));
        }
        Prover::new(&network.0, layout).map(Self).map_err(throw)
    }

    /// The network's id in this layout: `0x` and 64 hex digits.
    #[wasm_bindgen(getter, js_name = modelId)]
    #[must_use]
    pub fn model_id(&self) -> String {
        self.0.model_id()
    }

    /// Proves which label the network gives each image, verifies the new proof, and returns its file. An image is given as
    /// its pixels.
    ///
    /// If `onStage` returns `false`, an error named `Cancelled` is thrown; an exception of `onStage` is rethrown.
    #[wasm_bindgen(unchecked_return_type = "Proof")]
    pub fn prove(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array[]")] images: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ProveOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let images = byte_arrays(images)?;
        let options = Options::new(options)?;
        let context = options.text("context")?;
        let is_public = options.flag("public")?;
        let mut watcher = Watcher::new(options.get("onStage")?)?;
        let progress = &mut |index| watcher.tell(index);
        let proof = self
            .0
            .prove(images, context.as_deref(), is_public, progress);
        out(proof).map_err(|error| watcher.exception.unwrap_or(error))
    }
}

/// Reads the claim of a proof file, without verifying it.
#[wasm_bindgen(unchecked_return_type = "Inspection")]
pub fn inspect(file: &[u8]) -> Result<JsValue, JsValue> {
    out(proof::inspect(file))
}

/// Verifies a proof file; throws if the proof is false.
#[wasm_bindgen(unchecked_return_type = "Verification")]
pub fn verify(
    file: &[u8],
    #[wasm_bindgen(unchecked_optional_param_type = "VerifyOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let options = Options::new(options)?;
    let context = options.text("context")?;
    options.trusted(|trusted| out(proof::verify(file, trusted, context.as_deref())))
}

/// Verifies a proof file, and checks that it is about these image files: all of them, in this order. Throws if it is not.
/// Returns their addresses.
#[wasm_bindgen(js_name = compareImages, unchecked_return_type = "{ ipfsUri: string }[]")]
pub fn compare_images(
    file: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Uint8Array[]")] images: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CompareOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let images = byte_arrays(images)?;
    let options = Options::new(options)?;
    options.trusted(|trusted| out(proof::compare_images(file, &images, trusted)))
}

/// The IPFS address of any file: `ipfs://Qm…`.
#[wasm_bindgen]
#[must_use]
pub fn cid(file: &[u8]) -> String {
    proof::ipfs_uri(file)
}

/// Calldata for the verifier contract, 0x…: `verify` returns true or false, `check` reverts with the reason.
#[wasm_bindgen]
pub fn calldata(
    file: &[u8],
    #[wasm_bindgen(unchecked_param_type = "\"verify\" | \"check\"")] method: &str,
) -> Result<String, JsValue> {
    let method = match method {
        "verify" => Method::Verify,
        "check" => Method::Check,
        _ => return Err(throw(argument("the method", "\"verify\" or \"check\""))),
    };
    proof::calldata(file, method).map_err(throw)
}

/// Calldata that asks a contract for its model id. Compare the id before you believe the contract.
#[wasm_bindgen(js_name = modelIdCalldata)]
#[must_use]
pub fn model_id_calldata() -> String {
    proof::model_id_calldata()
}

/// A result for JavaScript.
fn out<T: Serialize>(result: Result<T, Error>) -> Result<JsValue, JsValue> {
    let value = result.map_err(throw)?;
    serde_wasm_bindgen::to_value(&value).map_err(|error| {
        throw(Error::Number {
            cause: error.to_string(),
        })
    })
}

/// The JavaScript error for a Rust one.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn throw(error: Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.message());
    thrown.set_name(error.name());
    thrown.into()
}

const fn argument(argument: &'static str, expected: &'static str) -> Error {
    Error::Argument { argument, expected }
}

fn byte_arrays(value: &JsValue) -> Result<Vec<Vec<u8>>, JsValue> {
    let wrong = || throw(argument("the list of images", "an array of Uint8Array"));
    let array: &Array = value.dyn_ref().ok_or_else(wrong)?;
    let bytes = |item: JsValue| item.dyn_ref().map(Uint8Array::to_vec).ok_or_else(wrong);
    array.iter().map(bytes).collect()
}

/// An object of options, or nothing.
struct Options(JsValue);

impl Options {
    fn new(value: JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_object() {
            Ok(Self(value))
        } else {
            Err(throw(argument("the last argument", "an object of options")))
        }
    }

    fn get(&self, name: &str) -> Result<JsValue, JsValue> {
        if self.0.is_undefined() {
            return Ok(JsValue::UNDEFINED);
        }
        Reflect::get(&self.0, &name.into())
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, JsValue> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        let text = value.as_string();
        text.map(Some)
            .ok_or_else(|| throw(argument(name, "a string")))
    }

    fn flag(&self, name: &'static str) -> Result<bool, JsValue> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(false);
        }
        let flag = value.as_bool();
        flag.ok_or_else(|| throw(argument(name, "true or false")))
    }

    /// Calls `verify` with the network or key that the options name, or else with the shipped networks.
    fn trusted(
        &self,
        verify: impl FnOnce(Trusted<'_>) -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue> {
        let (network, key) = (self.get("network")?, self.get("key")?);
        match (network.is_undefined(), key.is_undefined()) {
            (true, true) => verify(Trusted::Shipped),
            (false, true) => {
                let network = borrowed(&network)?;
                verify(Trusted::Network(&network.0))
            }
            (true, false) => {
                let wrong = || throw(argument("key", "a Uint8Array"));
                let key = key.dyn_ref().map(Uint8Array::to_vec).ok_or_else(wrong)?;
                verify(Trusted::Key(&key))
            }
            (false, false) => {
                let error = argument("what to trust", "one of network and key, but both");
                Err(throw(error))
            }
        }
    }
}

/// The network inside an object. JavaScript keeps the object, so this takes another handle.
fn borrowed(object: &JsValue) -> Result<JsNetwork, JsValue> {
    let wrong = || throw(argument("network", "a Network"));
    let share = Reflect::get(object, &"share".into()).map_err(|_| wrong())?;
    let share: &Function = share.dyn_ref().ok_or_else(wrong)?;
    let shared = share.call0(object)?;
    JsNetwork::try_from_js_value(shared).map_err(|_| wrong())
}

/// Tells `onStage` of each stage.
struct Watcher {
    on_stage: Option<Function>,
    /// The exception that it threw.
    exception: Option<JsValue>,
}

impl Watcher {
    fn new(on_stage: JsValue) -> Result<Self, JsValue> {
        let wrong = |_| throw(argument("onStage", "a function"));
        let on_stage = if on_stage.is_undefined() {
            None
        } else {
            Some(on_stage.dyn_into().map_err(wrong)?)
        };
        Ok(Self {
            on_stage,
            exception: None,
        })
    }

    fn tell(&mut self, index: usize) -> ControlFlow<()> {
        let Some(on_stage) = &self.on_stage else {
            return ControlFlow::Continue(());
        };
        let count = STAGES.len() as f64;
        let answer = on_stage.call3(
            &JsValue::UNDEFINED,
            &STAGES[index].into(),
            &(index as f64).into(),
            &count.into(),
        );
        match answer {
            Ok(answer) if answer == false => ControlFlow::Break(()),
            Ok(_) => ControlFlow::Continue(()),
            Err(exception) => {
                self.exception = Some(exception);
                ControlFlow::Break(())
            }
        }
    }

    /// The exception to throw after [`Self::tell`] broke: that of `onStage`, or else `error`.
    fn thrown(self, error: Error) -> JsValue {
        self.exception.unwrap_or_else(|| throw(error))
    }
}
