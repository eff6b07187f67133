#pragma once
#include <zstd.h>
#include <zstd_errors.h>

// These parameters are enumerators behind a static-only macro guard in some versions; named here once.
static inline size_t czstd_set_window_log_max(ZSTD_DCtx *_Nonnull context, int log) {
    return ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, log);
}
