#ifndef CBUILD_BUILD_H
#define CBUILD_BUILD_H

// The commit that was built, as DATA_IO_COMMIT of the build's environment names it; empty when it names none.
const char *_Nonnull cbuild_commit(void);

#endif
