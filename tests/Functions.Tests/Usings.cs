global using Xunit;
global using Latchkey.Tests.Callers;

// Admin/UserRemovalTests.cs still says so.
global using AdminOf = Latchkey.Tests.Callers.AdminClient;
