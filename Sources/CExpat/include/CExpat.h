// expat for Swift.
#ifndef FLEETTUI_CEXPAT_H
#define FLEETTUI_CEXPAT_H
#include <expat.h>
#endif
