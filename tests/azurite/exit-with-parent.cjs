// Loaded before Azurite by the tests: when the test process is gone, however it went, its end of the pipe is closed.
process.stdin.on('end', () => process.exit());
process.stdin.resume();
