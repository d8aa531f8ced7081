// SPDX-License-Identifier: Apache-2.0
// Names that widely used headers define as macros. A header of the portable zone must parse with all of them defined.
#pragma once

// <complex.h>, <termios.h>, <sys/sysmacros.h>, <ctype.h> of embedded C libraries
#define I hostile_macro_I
#define B0 hostile_macro_B0
#define B50 hostile_macro_B50
#define major hostile_macro_major
#define minor hostile_macro_minor
#define _B hostile_macro_B
#define _C hostile_macro_C
#define _L hostile_macro_L
#define _N hostile_macro_N
// Windows
#define small hostile_macro_small
#define near hostile_macro_near
#define far hostile_macro_far
#define interface hostile_macro_interface
#define IN hostile_macro_IN
#define OUT hostile_macro_OUT
#define OPTIONAL hostile_macro_OPTIONAL
#define ERROR hostile_macro_ERROR
#define DELETE hostile_macro_DELETE
#define CONST hostile_macro_CONST
// X11
#define None hostile_macro_None
#define Bool hostile_macro_Bool
#define Status hostile_macro_Status
#define Success hostile_macro_Success
#define True hostile_macro_True
#define False hostile_macro_False
// Qt
#define emit
#define foreach hostile_macro_foreach
#define forever hostile_macro_forever
// logging and assertion headers
#define CHECK(condition) hostile_macro_CHECK
#define LOG(level) hostile_macro_LOG
// compilers and demos
#define unix hostile_macro_unix
#define linux hostile_macro_linux
#define SSL hostile_macro_SSL
#define EPS hostile_macro_EPS
#define PI hostile_macro_PI
