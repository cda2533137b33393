// Files from strangers that ask for more than they bring get the verdict that they get natively (crates/verifier/tests/hostile.rs),
// in little memory. In a process of its own: a module keeps what it once had.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import * as zklens from "@zklens/wasm";

const folder = new URL("../../../crates/verifier/tests/hostile/", import.meta.url);
const read = (name) => new Uint8Array(readFileSync(new URL(name, folder)));

/** What a key and a proof are answered: the name of an error. */
function verdict(key, proof) {
  try {
    zklens.verify(proof, { key });
  } catch (error) {
    assert.ok(!(error instanceof WebAssembly.RuntimeError), `${error}`);
    return error.name;
  }
  return "true";
}

function varint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number % 128) | 128);
  return [...bytes, number];
}

// Of the smallest key: what is before its tables; the pixel; the label on the pixel; the range and the bytes.
const smallest = read("huge.zkk");
const HEAD = smallest.slice(0, 0x11);
const PIXEL = [0, 0, 1, 1, 1, 0];
const LABEL = [1, 5, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0];
const REST = [1, 6, 1, 1, 1, 0, 1, 7, 1, 1, ...varint(256), 0];

/** A key of copies that add up so many paths from the pixel, with these arrays. */
function key(paths, arrays = [0]) {
  const copies = [];
  for (let left = paths; left > 0; left -= 4096) {
    const count = Math.min(left, 4096);
    const sum = [1, 4, 1, 1, 1, 1, 1, 1, 1, ...varint(count), ...new Array(3 * count).fill(0)];
    copies.push(sum);
  }
  const tables = [...varint(4 + copies.length), ...PIXEL, ...copies.flat(), ...LABEL, ...REST];
  return new Uint8Array([...HEAD, ...tables, ...arrays, 0]);
}

describe("hostile files", () => {
  const proof = read("lab4.zkp");

  it("the keys here are written as the crates write them", () => {
    const array = [1, 1, ...smallest.slice(0x35, -1)];
    assert.deepEqual(key(0, array), smallest);
    assert.equal(verdict(key(0), proof), "OtherNetwork");
  });

  for (const name of ["huge.zkk", "huge25.zkk", "wrap1.zkk"]) {
    it(`${name} is refused`, () => assert.equal(verdict(read(name), proof), "BadKey"));
  }

  it("an array of eighty thousand sides is refused", () => {
    const sides = 80_001;
    const array = [1, ...varint(sides), ...new Array(sides).fill(1)];
    assert.equal(verdict(key(0, array), proof), "BadKey");
  });

  it("as many paths are taken as natively, and no more", () => {
    assert.equal(verdict(key(65_533), proof), "OtherNetwork");
    assert.equal(verdict(key(65_534), proof), "BadKey");
  });

  it("a number that 32 bits do not hold is refused", () => {
    const array = (cells) => key(0, [1, 1, ...varint(cells)]);
    for (const cells of [2 ** 28, 2 ** 31, 2 ** 32, 2 ** 32 + 1]) {
      assert.equal(verdict(array(cells), proof), "BadKey");
    }
  });

  it("labels that differ are counted", () => {
    assert.equal(verdict(read("lab4.zkk"), proof), "FalseProof");
  });

  it("a model of many flat tensors is taken in little memory", () => {
    zklens.Network.decode(read("ranges.zkl")).free();
  });

  after(() => {
    const bytes = zklens.memoryBytes();
    assert.ok(bytes <= 256 * 2 ** 20, `${bytes} bytes`);
  });
});
