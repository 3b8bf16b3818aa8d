// The first import of a file whose other imports are to be compiled and not to run.
throw new Error('nothing that is imported after this runs');
