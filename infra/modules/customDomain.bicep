// A free, managed, site-scoped certificate for a host name that the app already has, and TLS on it.
// The name itself is bound once by hand (README): a template that binds it would first bind it without TLS,
// at every deployment. Flex Consumption holds three private certificates per app.
param functionAppName string
param hostName string
param location string
param tags object

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource certificate 'Microsoft.Web/sites/certificates@2025-03-01' = {
  parent: app
  name: replace(hostName, '.', '-')
  location: location
  tags: tags
  properties: {
    canonicalName: hostName
  }
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2025-03-01' = {
  parent: app
  name: hostName
  properties: {
    hostNameType: 'Verified'
    customHostNameDnsRecordType: 'CName'
    sslState: 'SniEnabled'
    thumbprint: certificate.properties.thumbprint
  }
}
