/*
 * banned.h -- included by the compiler before everything (Makefile, -include): what nobody here
 * should call.
 */
#ifndef KABINET_BANNED_H
#define KABINET_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll gets localtime gmtime system popen setlocale

#endif
