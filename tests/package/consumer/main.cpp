// SPDX-License-Identifier: Apache-2.0
#ifdef CONSUMER_HAS_OPENSSL
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#endif

#include <ssl/core/philox.hpp>

#include <cstdio>

int main() {
  ssl::draws draws({.seed = 1, .sample = 2});
  std::printf("pretext: %u\n", draws.bits());
#ifdef CONSUMER_HAS_OPENSSL
  std::printf("OpenSSL: %s, started: %d\n", OpenSSL_version(OPENSSL_VERSION), SSL_library_init());
#endif
}
