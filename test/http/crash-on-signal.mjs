// Loaded into a server under test: a fault that nothing catches, when it is asked for.
process.on('SIGUSR2', () => {
  throw new Error('a fault that nothing catches');
});
