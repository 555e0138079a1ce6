global using Latchkey.Tests.Callers;
global using Xunit;
// Admin/UserRemovalTests.cs still says so.
global using AdminOf = Latchkey.Tests.Callers.AdminClient;
