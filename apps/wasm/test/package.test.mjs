// The package in Node: what the crates' own tests say natively has to hold in WebAssembly.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import * as zklens from "@zklens/wasm";

const root = new URL("../../../", import.meta.url);
const read = (path) => new Uint8Array(readFileSync(new URL(path, root)));
const json = (path) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const CONTEXT = `0x${"c0".repeat(32)}`;
const NETWORKS = { "fashion-mlp": "examples/fashion/7_sneaker.jpg", "mnist-cnn": "examples/mnist/digit_7.png" };
const LAYOUTS = ["fast", "chain"];

/** What a call throws: has the name, and says it in a sentence. */
function throws(call, name) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Error, `${error} is no error`);
    assert.equal(error.name, name, error.message);
    assert.match(error.message, /^["\p{Lu}].*[.?!]$/su);
    return error;
  }
  return assert.fail(`nothing was thrown; expected ${name}`);
}

/** The file with one byte changed. */
function changed(file, index) {
  const other = file.slice();
  other[index] ^= 1;
  return other;
}

/** The file of a size, by the generator that the vectors of addresses describe. */
function noise(size) {
  const bytes = new Uint8Array(size);
  let x = 0x9e3779b9;
  for (let index = 0; index < size; index++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[index] = x >>> 24;
  }
  return bytes;
}

describe("networks", () => {
  it("tell about themselves", () => {
    const models = zklens.models();
    assert.deepEqual(models.map(({ name }) => name), Object.keys(NETWORKS));
    for (const model of models) {
      assert.deepEqual([model.width, model.height, model.channels, model.classes.length], [28, 28, 1, 10]);
      assert.match(model.modelId.fast, /^0x[0-9a-f]{64}$/);
      assert.notEqual(model.modelId.fast, model.modelId.chain);
    }
    assert.equal(models[0].classes[7], "Sneaker");
  });

  it("see what is written beside the examples", () => {
    for (const { file, label, class: name, model, cid } of json("examples/examples.json")) {
      const network = zklens.Network.shipped(model);
      const execution = network.execute(read(`examples/${file}`));
      assert.deepEqual([execution.label, execution.class, execution.ipfsUri], [label, name, `ipfs://${cid}`], file);
      const again = network.executePixels(execution.pixels);
      assert.deepEqual(again.logits, execution.logits);
      assert.equal(again.ipfsUri, undefined);
      const sum = execution.probabilities.reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
      network.free();
    }
  });

  it("compute the integers that the command line computes", () => {
    const program = process.env.ZKLENS ?? fileURLToPath(new URL("target/release/zklens", root));
    assert.ok(existsSync(program), `${program} is missing: build it, or say where it is by ZKLENS`);
    for (const [model, folder] of [["fashion-mlp", "examples/fashion"], ["mnist-cnn", "examples/mnist"]]) {
      const network = zklens.Network.shipped(model);
      const cwd = fileURLToPath(root);
      const lines = execFileSync(program, ["execute", "--json", "--model", model, "--input-image", folder], { cwd, encoding: "utf8" });
      const executions = lines.trim().split("\n").map((line) => JSON.parse(line));
      assert.equal(executions.length, readdirSync(new URL(folder, root)).length);
      for (const expected of executions) {
        const execution = network.execute(read(expected.file));
        assert.deepEqual(execution.logits, expected.logits, expected.file);
        assert.deepEqual([execution.label, execution.class, execution.ipfsUri], [expected.label, expected.class, expected.ipfsUri]);
      }
    }
  });

  it("come from files, too, and are the same then", () => {
    const network = zklens.Network.decode(read("models/mnist-cnn.zkl"));
    assert.equal(network.info().modelId, undefined);
    const prover = LAYOUTS.map((layout) => new zklens.Prover(network, layout));
    const { fast, chain } = network.info().modelId;
    assert.deepEqual(prover.map(({ modelId }) => modelId), [fast, chain]);
    assert.deepEqual(network.info(), zklens.models()[1]);
  });

  it("refuse what is no image, no network, or of another size", () => {
    const network = zklens.Network.shipped("mnist-cnn");
    throws(() => network.execute(new Uint8Array()), "BadImage");
    throws(() => network.execute(new TextEncoder().encode("a text")), "BadImage");
    throws(() => network.execute(read("examples/fashion/7_sneaker.jpg").slice(0, 600)), "BadImage");
    assert.match(throws(() => network.executePixels(new Uint8Array(783)), "BadImage").message, /783.*784/);
    throws(() => zklens.Network.shipped("lenet"), "UnknownModel");
    throws(() => zklens.Network.decode(read("models/mnist-cnn.onnx")), "BadModel");
    throws(() => zklens.Network.decode(read("models/mnist-cnn.zkl").slice(1)), "BadModel");
    throws(() => new zklens.Prover(network, "slow"), "BadArgument");
  });
});

describe("addresses", () => {
  it("are those of the vectors", () => {
    const { vectors } = json("crates/image/tests/cid_vectors.json");
    assert.ok(vectors.length > 10);
    for (const { name, size, cid } of vectors.filter((vector) => vector.size < 2 ** 26)) {
      assert.equal(zklens.cid(noise(size)), `ipfs://${cid}`, name);
    }
  });
});

describe("golden proofs", () => {
  const names = readdirSync(new URL("vectors/proofs/v1/", root)).filter((name) => name.endsWith(".zkp"));
  const shipped = new Set(zklens.models().flatMap(({ modelId }) => Object.values(modelId)));

  for (const name of names) {
    const file = read(`vectors/proofs/v1/${name}`);
    const key = read(`vectors/proofs/v1/${name.replace(/p$/, "k")}`);
    const expected = json(`vectors/proofs/v1/${name.replace(/zkp$/, "json")}`);

    it(`${name} is true`, () => {
      const claim = zklens.inspect(file);
      assert.equal(claim.images, expected.labels.length);
      const verification = zklens.verify(file, { key });
      assert.equal(verification.knownBy, "key");
      for (const { modelId, labels, context } of [claim, verification]) {
        assert.deepEqual([modelId, labels, context], [expected.model, expected.labels, expected.context]);
      }
      if (shipped.has(expected.model)) {
        assert.equal(claim.model, verification.model);
        const known = zklens.verify(file, { context: expected.context });
        assert.deepEqual(known, { ...verification, knownBy: "shipped", layout: claim.layout });
      } else {
        throws(() => zklens.verify(file), "UnknownNetwork");
      }
    });

    it(`${name} is refused with any byte changed`, () => {
      // Behind the proof is an opening, which only comparing images looks at.
      const [last] = expected.transcript.filter(({ words }) => words).at(-1).words.slice(-1);
      const end = Buffer.from(file).lastIndexOf(Buffer.from(last.slice(2), "hex")) + 32;
      assert.ok(end > 32);
      // Every byte takes too long; a prime stride meets every part.
      for (let index = 0; index < end; index += 97) {
        assert.throws(() => zklens.verify(changed(file, index), { key }), { message: /^["\p{Lu}].*[.?!]$/su });
      }
      throws(() => zklens.verify(file.slice(0, -1), { key }), "BadProof");
      throws(() => zklens.verify(new Uint8Array([...file, 0]), { key }), "BadProof");
    });
  }

  it("were looked at, also about networks that come along", () => {
    const ids = names.map((name) => zklens.inspect(read(`vectors/proofs/v1/${name}`)).modelId);
    assert.ok(ids.some((id) => shipped.has(id)) && ids.some((id) => !shipped.has(id)));
  });

  it("say whose they are", () => {
    const file = read("vectors/proofs/v1/mnist-cnn.zkp");
    const other = read("vectors/proofs/v1/smallest.zkk");
    throws(() => zklens.verify(file, { key: other }), "OtherNetwork");
    throws(() => zklens.verify(file, { key: file }), "BadKey");
    throws(() => zklens.verify(file, { network: zklens.Network.shipped("fashion-mlp") }), "OtherNetwork");
    throws(() => zklens.verify(file, { context: CONTEXT }), "OtherContext");
    throws(() => zklens.verify(file, { context: "0x12" }), "BadArgument");
    throws(() => zklens.verify(other), "BadProof");
    throws(() => zklens.inspect(other), "BadProof");
  });
});

describe("proofs", () => {
  for (const [name, path] of Object.entries(NETWORKS)) {
    for (const layout of LAYOUTS) {
      it(`about ${name} are made and verified, laid out for ${layout}`, () => {
        const network = zklens.Network.shipped(name);
        const { label, pixels, class: className } = network.execute(read(path));
        const stages = [];
        const onStage = (...stage) => void stages.push(stage);
        const prover = new zklens.Prover(network, layout, onStage);
        const blank = new Uint8Array(pixels.length);
        const proof = prover.prove([pixels, blank, pixels], { context: CONTEXT, onStage });
        const names = ["key", "witness", "commit", "lookups", "sumcheck", "opening", "check"];
        assert.deepEqual(stages, names.map((stage, index) => [stage, index, names.length]));

        const blankLabel = network.executePixels(blank).label;
        assert.deepEqual(proof.labels, [label, blankLabel, label]);
        assert.equal(proof.classes[0], className);
        assert.deepEqual([proof.modelId, proof.context], [prover.modelId, CONTEXT]);
        assert.equal(proof.modelId, network.info().modelId[layout]);
        const verification = zklens.verify(proof.file, { context: CONTEXT });
        const { modelId, context, labels, classes } = proof;
        assert.deepEqual(verification, { model: name, modelId, knownBy: "shipped", labels, classes, context, layout });
        const given = zklens.Network.decode(read(`models/${name}.zkl`));
        assert.deepEqual(zklens.verify(proof.file, { network: given }), { ...verification, knownBy: "model" });
        assert.ok(given.info().name === name, "it is still there after it was looked at");

        const claim = zklens.inspect(proof.file);
        assert.deepEqual([claim.model, claim.layout, claim.images, claim.public], [name, layout, 3, false]);
        assert.equal(claim.proofBytes, proof.proofBytes);
        throws(() => zklens.compareImages(proof.file, [read(path)]), "HiddenImages");
      });
    }
  }

  it("show their images if they are public", () => {
    const network = zklens.Network.shipped("mnist-cnn");
    const files = [3, 7].map((digit) => read(`examples/mnist/digit_${digit}.png`));
    const pixels = files.map((file) => network.execute(file).pixels);
    const { file } = new zklens.Prover(network, "fast").prove(pixels, { public: true });
    assert.equal(zklens.inspect(file).public, true);
    assert.deepEqual(zklens.compareImages(file, files), files.map((image) => ({ ipfsUri: zklens.cid(image) })));
    throws(() => zklens.compareImages(file, files.toReversed()), "OtherImage");
    throws(() => zklens.compareImages(file, files.slice(1)), "OtherImage");
  });

  it("end where onStage says", () => {
    const network = zklens.Network.shipped("mnist-cnn");
    throws(() => new zklens.Prover(network, "fast", () => false), "Cancelled");
    const prover = new zklens.Prover(network, "fast");
    for (const last of ["witness", "commit", "lookups", "sumcheck", "opening", "check"]) {
      const told = [];
      const onStage = (stage) => {
        told.push(stage);
        return stage !== last;
      };
      throws(() => prover.prove([new Uint8Array(784)], { onStage }), "Cancelled");
      assert.equal(told.at(-1), last);
    }
    const own = new RangeError("mine");
    const onStage = () => {
      throw own;
    };
    assert.throws(() => prover.prove([new Uint8Array(784)], { onStage }), (error) => error === own);
    assert.equal(prover.prove([new Uint8Array(784)]).labels.length, 1);
  });

  it("are not made of nothing, of too much, or of something else", () => {
    const prover = new zklens.Prover(zklens.Network.shipped("mnist-cnn"), "fast");
    const image = new Uint8Array(784);
    throws(() => prover.prove([]), "BadBatch");
    throws(() => prover.prove(Array(100_000).fill(image)), "BadBatch");
    assert.match(throws(() => prover.prove([image, image.slice(1)]), "BadImage").message, /^Image 2 /);
    throws(() => prover.prove(image), "BadArgument");
    throws(() => prover.prove([[1, 2]]), "BadArgument");
    throws(() => prover.prove([image], { context: "none" }), "BadArgument");
    throws(() => prover.prove([image], { context: 7 }), "BadArgument");
    throws(() => prover.prove([image], { public: "yes" }), "BadArgument");
    throws(() => prover.prove([image], { onStage: 1 }), "BadArgument");
    throws(() => prover.prove([image], null), "BadArgument");
    throws(() => zklens.verify(image, { network: {} }), "BadArgument");
    throws(() => zklens.verify(image, { key: "key" }), "BadArgument");
  });
});

describe("calldata", () => {
  it("is that of the command line's interface", () => {
    const file = read("vectors/proofs/v1/mnist-cnn.zkp");
    const [verify, check] = ["verify", "check"].map((method) => zklens.calldata(file, method));
    assert.match(verify, /^0x[0-9a-f]+$/);
    assert.notEqual(verify.slice(0, 10), check.slice(0, 10));
    assert.equal(verify.slice(10), check.slice(10));
    const { context } = json("vectors/proofs/v1/mnist-cnn.json");
    assert.equal(`0x${verify.slice(10, 74)}`, context);
    // The first four bytes of Keccak-256 of "modelId()".
    assert.equal(zklens.modelIdCalldata(), "0x43cdaad2");
    throws(() => zklens.calldata(file, "claim"), "BadArgument");
    throws(() => zklens.calldata(file.slice(1), "verify"), "BadProof");
  });
});
