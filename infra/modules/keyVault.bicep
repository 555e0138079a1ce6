// The vault and its three keys. RBAC only; purge protection can't be taken back once on.
// ARM makes a key once: a later change to a policy here does not reach a key that exists (README, "Keys").
param name string
param location string
param tags object

@description('false: reachable through a private endpoint only.')
param publicAccess bool
param accessTokenKey string
param idTokenKey string
param wrapKey string

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      // Resource Manager itself makes the keys below, from outside the network.
      bypass: 'AzureServices'
    }
  }
}

// ES256: access tokens (RFC 9068). A new version every 90 days; the app publishes it before it signs.
resource accessToken 'Microsoft.KeyVault/vaults/keys@2026-05-15' = {
  parent: vault
  name: accessTokenKey
  tags: tags
  properties: {
    kty: 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    rotationPolicy: {
      attributes: {
        expiryTime: 'P180D'
      }
      lifetimeActions: [
        {
          trigger: {
            timeAfterCreate: 'P90D'
          }
          action: {
            type: 'rotate'
          }
        }
        {
          trigger: {
            timeBeforeExpiry: 'P30D'
          }
          action: {
            type: 'notify'
          }
        }
      ]
    }
  }
}

// RS256: ID tokens, OpenID Connect's default algorithm.
resource idToken 'Microsoft.KeyVault/vaults/keys@2026-05-15' = {
  parent: vault
  name: idTokenKey
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 2048
    keyOps: ['sign', 'verify']
    rotationPolicy: {
      attributes: {
        expiryTime: 'P180D'
      }
      lifetimeActions: [
        {
          trigger: {
            timeAfterCreate: 'P90D'
          }
          action: {
            type: 'rotate'
          }
        }
        {
          trigger: {
            timeBeforeExpiry: 'P30D'
          }
          action: {
            type: 'notify'
          }
        }
      ]
    }
  }
}

// Wraps the keys that the app stores. It has no expiry: what an old version wrapped must stay readable.
resource wrap 'Microsoft.KeyVault/vaults/keys@2026-05-15' = {
  parent: vault
  name: wrapKey
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    rotationPolicy: {
      lifetimeActions: [
        {
          trigger: {
            timeAfterCreate: 'P365D'
          }
          action: {
            type: 'rotate'
          }
        }
      ]
    }
  }
}

output uri string = vault.properties.vaultUri
