using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>A form of a second factor's pages.</summary>
/// <param name="Action">The path that it is posted to.</param>
/// <param name="Token">See <see cref="FormTokens"/>.</param>
/// <param name="RequestId">The pending request; null on the account's own page.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
public sealed record SecondFactorForm(string Action, string Token, string? RequestId = null, bool CanCancel = false)
{
    /// <summary>The URL of the form.</summary>
    public string Address => RequestId is null ? Action : $"{Action}?request={RequestId}";
}

/// <summary>Model of the form that sets up a second factor.</summary>
/// <param name="Form">The form.</param>
/// <param name="User">The user.</param>
/// <param name="SetUp">What is set up.</param>
/// <param name="Error">What is wrong with the code, or null.</param>
public sealed record SetUpModel(SecondFactorForm Form, User User, SecondFactorSetUp SetUp, string? Error);

/// <summary>Model of the form that asks for a code.</summary>
/// <param name="Form">The form.</param>
/// <param name="User">The user.</param>
/// <param name="RememberDays">For how many days the browser can be remembered; 0 for never.</param>
/// <param name="ByRecoveryCode">True if it asks for a recovery code.</param>
/// <param name="Error">What is wrong with the code, or null.</param>
public sealed record SecondStepModel(SecondFactorForm Form, User User, int RememberDays, bool ByRecoveryCode, string? Error)
{
    /// <summary>The URL of the same form.</summary>
    public string Address => ByRecoveryCode ? $"{Form.Address}&use={SecondStepPage.Recovery}" : Form.Address;
}

/// <summary>What is shown once: the recovery codes.</summary>
/// <param name="Codes">The codes.</param>
/// <param name="Form">The form that goes on with the sign-in; null on the account's own page.</param>
public sealed record RecoveryCodesModel(IReadOnlyList<string> Codes, SecondFactorForm? Form);

/// <summary>Model of the page of a second factor that is set up.</summary>
/// <param name="Form">The form.</param>
/// <param name="CodesLeft">How many recovery codes were not used yet.</param>
/// <param name="Error">What is wrong with the code, or null.</param>
public sealed record SecondFactorModel(SecondFactorForm Form, int CodesLeft, string? Error);
