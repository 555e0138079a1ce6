global using Latchkey.Tests.Callers;
global using Xunit;
